namespace LeaderElection.Postgres;

/// <summary>That an election of the app keeps its lease in Postgres.</summary>
internal sealed record PostgresUse(
    string ElectionKey, string OptionsName, string? ConnectionString, Action<PostgresLeaseOptions>? Configure);
