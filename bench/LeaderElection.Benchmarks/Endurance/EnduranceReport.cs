using System.Globalization;
using LeaderElection.Lab;

namespace LeaderElection.Benchmarks;

/// <summary>Prints the comparisons and remembers whether anything grew.</summary>
internal sealed class EnduranceReport
{
    private readonly List<string> _grown = [];

    public bool IsSound => _grown.Count == 0;

    public static void TellProgress(string part, ResourceSample sample) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{part}: heap {sample.HeapBytes / 1024} KB, resident {sample.ResidentBytes / 1024} KB, threads "
        + $"{sample.Threads} ({sample.PoolThreads} of the pool), timers {sample.Timers}, handles {sample.Handles}, "
        + $"connections {sample.Connections}"));

    public void CompareAtWork(string part, IReadOnlyList<ResourceSample> samples)
    {
        if (samples.Count < 8)
        {
            Console.WriteLine($"{part}: {samples.Count} samples, too few to compare");
            return;
        }

        Print(part, "1st quart.", "4th quart.", Growth.AtWork(samples));
    }

    public void CompareAtRest(string part, ResourceSample before, ResourceSample after) =>
        Print(part, "before", "after", Growth.AtRest(before, after));

    public void Conclude() => Console.WriteLine(
        IsSound ? "Nothing grew by more than it may." : $"GREW: {string.Join("; ", _grown)}.");

    private void Print(string part, string early, string late, IReadOnlyList<Growth> growths)
    {
        Console.WriteLine();
        Console.WriteLine(part);
        Console.WriteLine($"  {"",-26} {early,10} {late,10} {"growth",10} {"allowed",10}");
        foreach (var growth in growths)
            Console.WriteLine(growth);
        _grown.AddRange(growths.Where(growth => growth.IsTooMuch).Select(growth => $"{growth.Name} ({part})"));
    }
}
