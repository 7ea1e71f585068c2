using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

/// <summary>What the Postgres store logs. Event ids are a contract: never reused, never renumbered.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Debug, "Notifications of hand-overs arrive.")]
    public static partial void Listening(ILogger logger);

    [LoggerMessage(2002, LogLevel.Information,
        "The connection that listens for hand-overs failed; it is tried again, and followers poll until it works: "
        + "{Problem}")]
    public static partial void ListenFailed(ILogger logger, string problem);

    [LoggerMessage(2003, LogLevel.Warning,
        "LISTEN succeeded, but no notification arrived within {Timeout}: a pooler in transaction mode does that. "
        + "Followers poll; looking again in {Retry}. For a hand-over in milliseconds give the elector a direct or "
        + "session-mode connection, or set UseNotifications to false to silence this.")]
    public static partial void NothingArrives(ILogger logger, TimeSpan timeout, TimeSpan retry);

    [LoggerMessage(2004, LogLevel.Warning,
        "Waited {Duration} for a connection of the app's own NpgsqlDataSource in vain: its pool of {Size} is "
        + "exhausted, or the database does not answer. Renewals wait with everybody else there, so leadership can be "
        + "lost. Give UsePostgres a connection string, and the elector has connections of its own.")]
    public static partial void SharedPoolKeepsWaiting(ILogger logger, TimeSpan duration, int size);

    [LoggerMessage(2005, LogLevel.Warning,
        "The database runs on timeline {Timeline} of system {SystemId}, which is new to {Table}: a failover, a "
        + "restore, an upgrade, or a clock set back since. Leases granted before may have been lost: whoever leads "
        + "goes on, nobody else takes over within one lease from now.")]
    public static partial void TimelineMet(ILogger logger, string table, long systemId, long timeline);

    [LoggerMessage(2006, LogLevel.Warning,
        "The server does not offer {Missing} to this role. A failover to a standby that lacks the last commits cannot "
        + "be told from normal operation: fencing tokens may fall and a lease be taken over too early after one. GRANT "
        + "EXECUTE on the function, or use synchronous replication.")]
    public static partial void TimelineUnknown(ILogger logger, string missing);

    [LoggerMessage(2007, LogLevel.Information,
        "A transaction holds on to the lease of election '{ElectionName}', which has run out: a fenced one of the last "
        + "leader. It is waited for; the server ends it at its own time limits.")]
    public static partial void WaitsForTransaction(ILogger logger, string electionName);

    [LoggerMessage(2008, LogLevel.Warning,
        "The app's own NpgsqlDataSource has room for {Size} connection (Maximum Pool Size): one that listens for "
        + "hand-overs would leave none for renewals, so none does, and followers poll. For a hand-over in milliseconds "
        + "give UsePostgres a connection string or the pool more room, or set UseNotifications to false to silence "
        + "this.")]
    public static partial void PoolTooSmallToListen(ILogger logger, int size);

    [LoggerMessage(2009, LogLevel.Warning,
        "The app's own NpgsqlDataSource has Multiplexing=true, and a connection that is shared so cannot listen: "
        + "followers poll. For a hand-over in milliseconds give UsePostgres a connection string, or set "
        + "UseNotifications to false to silence this.")]
    public static partial void MultiplexingCannotListen(ILogger logger);

    [LoggerMessage(2011, LogLevel.Information,
        "The server ends sessions that are idle (idle_session_timeout), the one that listens for hand-overs, too. It "
        + "is made anew each time, and followers then look for what they missed; this is not said again. To spare "
        + "that: ALTER ROLE … SET idle_session_timeout = 0 for the elector's role.")]
    public static partial void IdleSessionsEnd(ILogger logger);

    [LoggerMessage(2012, LogLevel.Debug, "What the connection that listens for hand-overs met.")]
    public static partial void ListenFailure(ILogger logger, Exception exception);

    [LoggerMessage(2020, LogLevel.Information,
        "The tables of {Table} were brought from schema version {From} to {To}. Instances of older libraries go on.")]
    public static partial void SchemaBroughtUp(ILogger logger, string table, int from, int to);

    [LoggerMessage(2021, LogLevel.Information,
        "The tables of {Table} are of schema version {Version}, newer than this library's {Known}. All that it needs "
        + "is there; it goes on.")]
    public static partial void SchemaIsNewer(ILogger logger, string table, int version, int known);
}
