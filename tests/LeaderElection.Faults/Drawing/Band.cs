namespace LeaderElection.Faults;

/// <summary>One row of a time line: so many seconds of the run, all lanes.</summary>
/// <param name="From">Where it begins, on the clock of the history.</param>
/// <param name="Until">Where it ends.</param>
/// <param name="Frequency">Ticks of that clock per second.</param>
internal sealed record Band(long From, long Until, long Frequency)
{
    public const double LabelWidth = 64;
    public const double PixelsPerSecond = 64;

    public double Right => X(Until);

    public double X(long at) => LabelWidth + PixelsPerSecond * (at - From) / Frequency;

    /// <summary>The part of a time that lies in here; null when none does.</summary>
    public (double X, double Width)? Part(long from, long until)
    {
        if (from >= Until || until < From)
            return null;
        var (left, right) = (X(Math.Max(from, From)), X(Math.Min(until, Until)));
        return (left, Math.Max(right - left, 1));
    }
}
