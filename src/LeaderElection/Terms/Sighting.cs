namespace LeaderElection;

/// <summary>A leader and what was left of its time when it was looked at.</summary>
internal sealed record Sighting(LeaderInfo Leader, Moment At, TimeSpan Remaining)
{
    /// <summary>How long ago that time ran out; negative before.</summary>
    public TimeSpan PastEnd(TimeProvider clock) => At.Elapsed(clock) - Remaining;
}
