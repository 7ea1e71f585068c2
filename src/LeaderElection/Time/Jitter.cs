namespace LeaderElection;

/// <summary>Random delays. Not for secrets; keeps instances from acting in step.</summary>
internal sealed class Jitter(Random random)
{
    /// <summary>From <paramref name="interval"/> − <paramref name="range"/> to <paramref name="interval"/> +
    /// range.</summary>
    public TimeSpan Around(TimeSpan interval, TimeSpan range) => interval + range * (2 * random.NextDouble() - 1);

    /// <summary>From zero to <paramref name="longest"/>.</summary>
    public TimeSpan UpTo(TimeSpan longest) => longest * random.NextDouble();

    /// <summary>Doubles with every failure in a row, from half of it to all of it.</summary>
    public TimeSpan Backoff(int failures, TimeSpan first, TimeSpan longest)
    {
        var doubled = first * Math.Pow(2, Math.Min(failures - 1, 20));
        var delay = doubled < longest ? doubled : longest;
        return delay * (0.5 + random.NextDouble() / 2);
    }
}
