using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What an error of the server means for an election.</summary>
internal static class PostgresErrors
{
    // The server is going away or cannot write (any more): its other connections are of no use either.
    private static readonly HashSet<string> ServerGone =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown,
        PostgresErrorCodes.CannotConnectNow,
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

    public static bool IsServerGone(Exception exception) =>
        exception is PostgresException error && ServerGone.Contains(error.SqlState);

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
