using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

// Event ids are a contract: never reused, never renumbered.
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
}
