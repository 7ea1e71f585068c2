using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What an error of the server means for an election.</summary>
internal static class PostgresErrors
{
    // The server is going away or cannot write (any more): its other connections are of no use either. Asked for its
    // timeline a standby answers that it is in no state to tell.
    private static readonly HashSet<string> ServerGone =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown,
        PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.ObjectNotInPrerequisiteState,
    ];

    // Somebody has to act.
    private static readonly HashSet<string> Misconfigurations =
    [
        PostgresErrorCodes.InvalidPassword, PostgresErrorCodes.InvalidAuthorizationSpecification,
        PostgresErrorCodes.InvalidCatalogName, PostgresErrorCodes.InvalidSchemaName,
        PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.UndefinedTable, PostgresErrorCodes.UndefinedColumn,
        PostgresErrorCodes.UndefinedFunction, PostgresErrorCodes.UndefinedObject, PostgresErrorCodes.WrongObjectType,
        PostgresErrorCodes.DatatypeMismatch, PostgresErrorCodes.InvalidColumnReference,
        PostgresErrorCodes.NotNullViolation, PostgresErrorCodes.CheckViolation,
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

    public static bool IsMisconfiguration(Exception exception) =>
        exception is PostgresException error && Misconfigurations.Contains(error.SqlState);

    /// <summary>The server's own words; they never hold a password.</summary>
    public static LeaseStoreException ToStoreException(Exception exception)
    {
        var error = (PostgresException)exception;
        var hint = string.IsNullOrEmpty(error.Hint) ? "" : $" {error.Hint}";
        return new LeaseStoreException($"Postgres says: {error.MessageText} ({error.SqlState}).{hint}", exception);
    }
}
