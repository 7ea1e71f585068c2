namespace LeaderElection.Node;

/// <summary>The first line of a node's standard input: a password has no place in an argument.</summary>
public sealed record NodeSettings
{
    public required string ConnectionString { get; init; }

    public required string InstanceId { get; init; }

    public string ElectionName { get; init; } = "default";

    public string Schema { get; init; } = "public";

    public bool UseNotifications { get; init; } = true;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Null follows the lease.</summary>
    public TimeSpan? ReleaseCooldown { get; init; }

    public TimeSpan FenceGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the node's work takes to stop once it is told to.</summary>
    public TimeSpan WorkStopsAfter { get; init; }
}
