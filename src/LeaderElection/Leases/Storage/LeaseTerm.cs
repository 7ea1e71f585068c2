namespace LeaderElection;

/// <summary>One term of one election: together they prove who owns a lease.</summary>
/// <param name="ElectionName">The election.</param>
/// <param name="FencingToken">The number of the term.</param>
public readonly record struct LeaseTerm(string ElectionName, long FencingToken);
