namespace LeaderElection;

/// <summary>What an instance asks for when it runs for office.</summary>
public sealed record LeaseClaim
{
    /// <summary>The election.</summary>
    public required string ElectionName { get; init; }

    /// <summary>Who asks; recorded for people.</summary>
    public required string InstanceId { get; init; }

    /// <summary>How long the lease lasts from the moment it is granted.</summary>
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>The key under which a store may serialise takeovers of this election.</summary>
    public required int LockId { get; init; }

    /// <summary>Where the instance can be reached; null to tell nothing.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// A lease that ran out less than this ago is left alone, unless it is <see cref="Outlived"/>: the store's clock
    /// may have jumped. Zero unless set.
    /// </summary>
    public TimeSpan ClockJumpTolerance { get; init; }

    /// <summary>The lease that this instance has seen to its end on its own clock; null when none.</summary>
    public Lease? Outlived { get; init; }
}
