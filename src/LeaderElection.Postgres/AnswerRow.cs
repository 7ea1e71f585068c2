namespace LeaderElection.Postgres;

/// <summary>One row as the statements of <see cref="LeaseSql"/> return it.</summary>
internal sealed record AnswerRow
{
    public bool Granted { get; init; }

    public required string LeaderId { get; init; }

    public long FencingToken { get; init; }

    public DateTime CreatedAt { get; init; }

    public string? Endpoint { get; init; }

    public double RemainingMilliseconds { get; init; }

    public Lease ToLease() => new(
        LeaderId,
        FencingToken,
        new DateTimeOffset(DateTime.SpecifyKind(CreatedAt, DateTimeKind.Utc)),
        TimeSpan.FromMilliseconds(RemainingMilliseconds),
        Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) ? endpoint : null);
}
