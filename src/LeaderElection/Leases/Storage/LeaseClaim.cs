namespace LeaderElection;

/// <summary>What an instance asks for when it runs for office.</summary>
/// <param name="ElectionName">The election.</param>
/// <param name="InstanceId">Who asks; recorded for people.</param>
/// <param name="LeaseDuration">How long the lease lasts from the moment it is granted.</param>
/// <param name="LockId">The key under which a store may serialise takeovers of this election.</param>
/// <param name="Endpoint">Where the instance can be reached; null to tell nothing.</param>
/// <param name="ClockJumpTolerance">
/// A lease that ran out less than this ago is left alone, unless it is <paramref name="Outlived"/>: the store's clock may
/// have jumped.
/// </param>
/// <param name="Outlived">The lease that this instance has seen to its end on its own clock; null when none.</param>
public sealed record LeaseClaim(
    string ElectionName, string InstanceId, TimeSpan LeaseDuration, int LockId, Uri? Endpoint,
    TimeSpan ClockJumpTolerance = default, Lease? Outlived = null);
