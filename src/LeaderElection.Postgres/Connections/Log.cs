using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(2004, LogLevel.Warning,
        "Waited {Duration} for a connection of the app's own NpgsqlDataSource in vain: its pool of {Size} is "
        + "exhausted, or the database does not answer. Renewals wait with everybody else there, so leadership can be "
        + "lost. Give UsePostgres a connection string, and the elector has connections of its own.")]
    public static partial void SharedPoolKeepsWaiting(ILogger logger, TimeSpan duration, int size);
}
