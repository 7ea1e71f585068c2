namespace LeaderElection.Postgres;

/// <summary>
/// What tells one database from all others: names are unique on a server, and no two servers start in the same
/// microsecond. Changes when the server is restarted.
/// </summary>
internal sealed record ServerIdentity(DateTimeOffset StartedAt, string Database);
