using System.Collections.Concurrent;

namespace LeaderElection.Tests.Simulation;

/// <summary>Many worlds at once, one to a processor.</summary>
internal static class Worlds
{
    /// <summary>In the order of the seeds, each as soon as those before it are known.</summary>
    public static IEnumerable<Outcome> RunAll(IEnumerable<int> seeds) =>
        Partitioner.Create(seeds, EnumerablePartitionerOptions.NoBuffering)
            .AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(seed => World.Run(seed));
}
