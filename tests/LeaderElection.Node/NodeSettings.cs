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

    /// <summary>Null is the store's default.</summary>
    public TimeSpan? DriverTimeout { get; init; }

    public NodeElector Elector { get; init; } = NodeElector.Lease;

    /// <summary>Null writes nothing unasked.</summary>
    public AppendSettings? Append { get; init; }
}

public enum NodeElector
{
    /// <summary>The product.</summary>
    Lease,

    /// <summary>A stored bool without a deadline, for checks that must fail.</summary>
    Naive,
}

/// <summary>How a node that believes to lead writes to the tables <c>fault_log</c> and <c>fault_log_head</c>.</summary>
/// <param name="Node">Who wrote, in the rows: tells two processes of one instance id apart.</param>
/// <param name="Every">From one write to the next, of either kind.</param>
public sealed record AppendSettings(string Node, TimeSpan Every);
