namespace LeaderElection.Lab;

/// <summary>What this process holds at one moment.</summary>
public sealed record ResourceSample
{
    /// <summary>Live objects only: counted after full, compacting collections and their finalizers.</summary>
    public required long HeapBytes { get; init; }

    /// <summary>What the system has given the process in memory, used or not.</summary>
    public required long ResidentBytes { get; init; }

    public required int Threads { get; init; }

    /// <summary>The threads of the pool among them.</summary>
    public required int PoolThreads { get; init; }

    /// <summary>Timers of this process that are set to fire.</summary>
    public required long Timers { get; init; }

    /// <summary>Open file descriptors, sockets among them; handles on Windows; zero where the system does not
    /// tell.</summary>
    public required int Handles { get; init; }

    /// <summary>Sessions that the database has of the watched application name.</summary>
    public required int Connections { get; init; }
}
