namespace LeaderElection.Postgres;

/// <summary>One row as the statements of <see cref="LeaseSql"/> return it. Without a lease, LeaderId is null.</summary>
internal sealed record AnswerRow
{
    public bool Granted { get; init; }

    public string? LeaderId { get; init; }

    public long FencingToken { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    public string? Endpoint { get; init; }

    public DateTime StoreTime { get; init; }

    /// <summary>
    /// Without a lease: how much longer one may be alive that was granted on another timeline; null on a timeline that
    /// was never met.
    /// </summary>
    public double? WaitSeconds { get; init; }

    /// <summary>Of a lease granted: the token came from the row before it and not from the sequence.</summary>
    public bool SequenceIsBehind { get; init; }

    public DateTimeOffset StoreClock => Utc(StoreTime);

    /// <summary>Null when there is none.</summary>
    public Lease? ToLease() => LeaderId is null ? null : new Lease(
        LeaderId,
        FencingToken,
        Utc(CreatedAt),
        Utc(ExpiresAt),
        ExpiresAt - StoreTime,
        Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) ? endpoint : null);

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
