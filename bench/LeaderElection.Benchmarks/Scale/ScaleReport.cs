namespace LeaderElection.Benchmarks;

/// <summary>How a process with many elections is doing: one line of its output.</summary>
internal sealed record ScaleReport
{
    /// <summary>How many it leads.</summary>
    public required int Leading { get; init; }

    /// <summary>Of how many it knows the leader.</summary>
    public required int Known { get; init; }

    /// <summary>How many terms ended that nobody ended.</summary>
    public required int Lost { get; init; }

    /// <summary>The time of processors since it began.</summary>
    public required TimeSpan Processor { get; init; }

    /// <summary>Since the first elector was made.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Of the managed heap; only after a collection that the process was asked for.</summary>
    public long? BytesPerElection { get; init; }
}
