namespace LeaderElection;

/// <summary>A point in time on both clocks of this machine.</summary>
internal readonly record struct Moment(long Monotonic, long Wall)
{
    public static Moment Now(TimeProvider clock) => new(clock.GetTimestamp(), clock.GetUtcNow().UtcTicks);

    /// <summary>The larger of what the two clocks say: time spent suspended counts, a clock set back does
    /// not.</summary>
    public TimeSpan Elapsed(TimeProvider clock)
    {
        var monotonic = clock.GetElapsedTime(Monotonic);
        var wall = TimeSpan.FromTicks(clock.GetUtcNow().UtcTicks - Wall);
        return monotonic > wall ? monotonic : wall;
    }
}
