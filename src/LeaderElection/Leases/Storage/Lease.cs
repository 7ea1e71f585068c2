namespace LeaderElection;

/// <summary>A lease as the store had it when it answered.</summary>
public sealed record Lease
{
    /// <summary>Who holds it, for people.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The number of the term.</summary>
    public required long FencingToken { get; init; }

    /// <summary>Start of the term, on the store's clock.</summary>
    public required DateTimeOffset AcquiredAt { get; init; }

    /// <summary>
    /// Until when it lasts, on the store's clock, exactly as the store keeps it: with the token it tells one grant from
    /// the next.
    /// </summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// How much longer it lasted at the time of the answer, on the store's clock; not positive for a lease that ran
    /// out, but not by enough to rule out a jump of that clock (<see cref="LeaseClaim.ClockJumpTolerance"/>).
    /// </summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Where the holder says it can be reached; null when it told nothing.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What the store's clock showed when it answered.</summary>
    internal DateTimeOffset StoreTime => ExpiresAt - Remaining;
}
