namespace LeaderElection.Tests;

/// <summary>For tests that count what the whole process holds: they run when all others have ended.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneInTheProcess;
