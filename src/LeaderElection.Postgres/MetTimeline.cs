namespace LeaderElection.Postgres;

/// <summary>A timeline that this process was the first to meet; see <see cref="LeaseSql.MeetTimeline"/>.</summary>
internal sealed record MetTimeline
{
    public long SystemId { get; init; }

    public long Timeline { get; init; }

    /// <summary>Nothing was ever granted on another one.</summary>
    public bool IsFirst { get; init; }
}
