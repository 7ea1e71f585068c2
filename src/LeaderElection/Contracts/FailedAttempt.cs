namespace LeaderElection;

/// <summary>An attempt that got no usable answer from what the elector depends on: its store.</summary>
public sealed record FailedAttempt
{
    /// <summary>When, on this machine's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was tried, as in logs and metrics: <c>acquire</c>, <c>read</c> or <c>renew</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The error, for people; carries no connection string.</summary>
    public required string Message { get; init; }
}
