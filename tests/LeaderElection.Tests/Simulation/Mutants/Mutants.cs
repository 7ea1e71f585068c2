namespace LeaderElection.Tests.Simulation;

/// <summary>
/// The bugs that the simulation must find: those of this field's history, and ours of every line that a promise
/// hangs on.
/// </summary>
internal static class Mutants
{
    public static IReadOnlyList<Mutant> All { get; } =
        [.. TrustMutants.All, .. LeaseMutants.All, .. StepDownMutants.All, .. LoopMutants.All];
}
