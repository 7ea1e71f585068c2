namespace LeaderElection;

/// <summary>What is left of a time that began at some moment.</summary>
/// <param name="clock">This machine's clocks.</param>
/// <param name="since">When it began.</param>
/// <param name="length">How long it lasts.</param>
internal readonly struct Countdown(TimeProvider clock, Moment since, TimeSpan length)
{
    /// <summary>Begins now.</summary>
    public static Countdown Of(TimeProvider clock, TimeSpan length) => new(clock, Moment.Now(clock), length);

    public TimeSpan Elapsed => since.Elapsed(clock);

    /// <summary>Zero when it is over.</summary>
    public TimeSpan Left => length - Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    public bool IsOver => Left == TimeSpan.Zero;
}
