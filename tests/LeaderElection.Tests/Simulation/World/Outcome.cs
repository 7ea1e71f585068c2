namespace LeaderElection.Tests.Simulation;

/// <summary>How a world ended.</summary>
/// <param name="Seed">Which world.</param>
/// <param name="Violation">The first promise that it broke; null for none.</param>
/// <param name="Hash">Of its whole trace.</param>
/// <param name="Counts">How often everything happened, by <see cref="Happening"/>.</param>
internal sealed record Outcome(int Seed, Violation? Violation, ulong Hash, IReadOnlyList<int> Counts);
