namespace LeaderElection.Postgres;

/// <summary>A timeline that this process was the first to meet; see <see cref="TimelineSql.MeetTimeline"/>.</summary>
/// <param name="SystemId">The cluster.</param>
/// <param name="Timeline">Its number there.</param>
/// <param name="IsFirst">Nothing was ever granted on another one.</param>
internal sealed record MetTimeline(long SystemId, long Timeline, bool IsFirst);
