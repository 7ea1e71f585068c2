namespace LeaderElection;

/// <summary>A leader and what was left of its lease when it was looked at.</summary>
internal sealed record LeaderSighting(LeaderInfo Leader, Moment At, TimeSpan Remaining)
{
    /// <summary>How long ago that lease ran out; negative before.</summary>
    public TimeSpan PastEnd(TimeProvider clock) => At.Elapsed(clock) - Remaining;
}
