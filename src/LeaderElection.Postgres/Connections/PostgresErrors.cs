using System.Net.Sockets;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What an error of the server means for an election.</summary>
internal static class PostgresErrors
{
    private const string UnknownServer =
        "This server does not understand a statement of this library: connect it to PostgreSQL itself, of a version "
        + "that the README lists.";

    private const string RunTheScript =
        $"The tables are not as this version of the library needs them: run {nameof(PostgresLeaseSchema)}."
        + $"{nameof(PostgresLeaseSchema.CreateScript)}.";

    // idle_session_timeout, from Postgres 14 on.
    private const string IdleSessionTimeout = "57P05";

    private const string FeatureNotSupported = "0A";

    // The server is going away or cannot write (any more): its other connections are of no use either. Asked for its
    // timeline a standby answers that it is in no state to tell.
    private static readonly HashSet<string> ServerGone =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown,
        PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.ObjectNotInPrerequisiteState,
    ];

    // Somebody has to act, and what to do. A class stands for its states.
    private static readonly Dictionary<string, string> Misconfigurations = new(StringComparer.Ordinal)
    {
        ["28"] = "Correct the user name or password in the connection string, or let the role in (pg_hba.conf).",
        [PostgresErrorCodes.InvalidCatalogName] =
            "Correct Database in the connection string, or create the database.",
        [PostgresErrorCodes.InvalidSchemaName] =
            $"Create the schema, or correct {nameof(PostgresLeaseOptions)}.{nameof(PostgresLeaseOptions.Schema)}.",
        [PostgresErrorCodes.InsufficientPrivilege] =
            "Grant it to the role; the README lists what it takes, under Rights.",
        [PostgresErrorCodes.SyntaxError] = UnknownServer,
        [FeatureNotSupported] = UnknownServer,
        ["42"] = RunTheScript,
        [PostgresErrorCodes.NotNullViolation] = RunTheScript,
        [PostgresErrorCodes.CheckViolation] = RunTheScript,
    };

    // Two that create the same at once: the next attempt finds it there.
    private static readonly HashSet<string> Passing =
    [
        PostgresErrorCodes.DuplicateTable, PostgresErrorCodes.DuplicateObject, PostgresErrorCodes.DuplicateFunction,
        PostgresErrorCodes.DuplicatePreparedStatement,
    ];

    // SQLSTATE class 08; poolers answer so for a server that they cannot reach.
    private const string ConnectionExceptions = "08";

    public static bool IsServerGone(Exception exception) =>
        exception is PostgresException error && (ServerGone.Contains(error.SqlState)
            || error.SqlState.StartsWith(ConnectionExceptions, StringComparison.Ordinal));

    /// <summary>The server gave one statement up for another, and took it back as a whole.</summary>
    public static bool IsWorthRepeating(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>Another server may answer the next attempt.</summary>
    public static bool IsConnectionLost(Exception exception) =>
        IsServerGone(exception) || exception is NpgsqlException and not PostgresException;

    /// <summary>Of a call of a function: this server, or this role, does not have it.</summary>
    public static bool IsNotOffered(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.FeatureNotSupported;

    /// <summary>This server cannot do that, today or tomorrow.</summary>
    public static bool IsUnsupported(Exception exception) =>
        exception is PostgresException error && AdviceOn(error.SqlState) == UnknownServer;

    public static bool IsMisconfiguration(Exception exception) =>
        exception is PostgresException error && AdviceOn(error.SqlState) is not null;

    /// <summary>The server closed the connection because it was idle for too long; nothing was run.</summary>
    public static bool IsEndedWhileIdle(Exception exception) =>
        exception is PostgresException { SqlState: IdleSessionTimeout };

    /// <summary>No server answered, or one that is going away.</summary>
    public static bool IsUnreachable(Exception exception) =>
        IsConnectionLost(exception) || exception is TimeoutException or SocketException or IOException;

    /// <summary>The server's own words, which never hold a password, and what to do.</summary>
    public static LeaseStoreException ToStoreException(Exception exception)
    {
        var error = (PostgresException)exception;
        var hint = string.IsNullOrEmpty(error.Hint) ? "" : $" {error.Hint}";
        return new LeaseStoreException(
            $"Postgres says: {error.MessageText} ({error.SqlState}).{hint} {AdviceOn(error.SqlState)}", exception);
    }

    private static string? AdviceOn(string sqlState) => Passing.Contains(sqlState)
        ? null
        : Misconfigurations.GetValueOrDefault(sqlState) ?? Misconfigurations.GetValueOrDefault(ClassOf(sqlState));

    private static string ClassOf(string sqlState) => sqlState.Length > 2 ? sqlState[..2] : sqlState;
}
