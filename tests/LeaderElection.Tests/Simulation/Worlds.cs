namespace LeaderElection.Tests.Simulation;

/// <summary>Many worlds at once, one to a processor.</summary>
internal static class Worlds
{
    /// <summary>In the order of the seeds.</summary>
    public static IEnumerable<Outcome> RunAll(IEnumerable<int> seeds) =>
        seeds.AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(seed => World.Run(seed));
}
