using System.Globalization;
using LeaderElection.Lab;

namespace LeaderElection.Benchmarks;

/// <summary>One quantity early and late, and whether it grew by more than it may.</summary>
/// <param name="Name">What was counted, with its unit.</param>
/// <param name="Early">Before, or the median of the first quarter.</param>
/// <param name="Late">After, or the median of the last quarter.</param>
/// <param name="Allowance">By how much it may grow.</param>
internal sealed record Growth(string Name, double Early, double Late, double Allowance)
{
    private const double Kilobyte = 1024;

    // What the runtime's own pools come and go by. In 10,000 cycles a kept object of 35 bytes a cycle shows.
    private const double HeapKilobytes = 256;

    // Loosely: the runtime gives freed memory back when it likes, and compiles hot code anew for a long time. It is for
    // what no other line counts, memory of native code.
    private const double ResidentKilobytes = 64 * Kilobyte;

    // The pool adds and retires threads as it sees fit.
    private const double Threads = 4;

    // On a machine that is busy, electors wait for their attempts longer, and the store opens its two spare
    // connections.
    private const double TimersAtWork = RenewingElections.Elections * RenewingElections.ElectorsEach;
    private const double ConnectionsAtWork = 2;

    // The sockets of connections that the pool opens and prunes, and a file that the runtime has open for a moment.
    private const double Handles = 4;

    public bool IsTooMuch => Late - Early > Allowance;

    /// <summary>While electors run: the first quarter of the samples beside the last.</summary>
    public static IReadOnlyList<Growth> AtWork(IReadOnlyList<ResourceSample> samples)
    {
        var quarter = (samples.Count + 3) / 4;
        return Compare(
            count => Median(samples.Take(quarter).Select(count)),
            count => Median(samples.TakeLast(quarter).Select(count)),
            TimersAtWork,
            ConnectionsAtWork);
    }

    /// <summary>When nothing runs: no timer and no connection may be left.</summary>
    public static IReadOnlyList<Growth> AtRest(ResourceSample before, ResourceSample after) =>
        Compare(count => count(before), count => count(after), timers: 0, connections: 0);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"  {Name,-26} {Early,10:0.#} {Late,10:0.#} {Late - Early,10:+0.#;-0.#;0} {Allowance,10:0}")
        + (IsTooMuch ? "  GREW" : "  ok");

    private static IReadOnlyList<Growth> Compare(
        Func<Func<ResourceSample, double>, double> early, Func<Func<ResourceSample, double>, double> late,
        double timers, double connections)
    {
        return
        [
            Of("managed heap, KB", sample => sample.HeapBytes / Kilobyte, HeapKilobytes),
            Of("resident memory, KB", sample => sample.ResidentBytes / Kilobyte, ResidentKilobytes),
            Of("threads", sample => sample.Threads, Threads),
            Of("threads of the pool", sample => sample.PoolThreads, Threads),
            Of("timers", sample => sample.Timers, timers),
            Of("open handles", sample => sample.Handles, Handles),
            Of("database connections", sample => sample.Connections, connections),
        ];

        Growth Of(string name, Func<ResourceSample, double> count, double allowance) =>
            new(name, early(count), late(count), allowance);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[(sorted.Count - 1) / 2];
    }
}
