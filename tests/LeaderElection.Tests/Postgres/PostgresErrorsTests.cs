using Npgsql;

namespace LeaderElection.Tests;

/// <summary>What an error of the server means for an election, and what is said of it.</summary>
public sealed class PostgresErrorsTests
{
    public static TheoryData<string, string> ToMend => new()
    {
        { PostgresErrorCodes.InvalidPassword, "password" },
        { PostgresErrorCodes.InvalidAuthorizationSpecification, "pg_hba.conf" },
        { PostgresErrorCodes.InvalidCatalogName, "create the database" },
        { PostgresErrorCodes.InvalidSchemaName, "Create the schema" },
        { PostgresErrorCodes.InsufficientPrivilege, "Grant it to the role" },
        { PostgresErrorCodes.SyntaxError, "PostgreSQL itself" },
        { PostgresErrorCodes.FeatureNotSupported, "PostgreSQL itself" },
        { PostgresErrorCodes.UndefinedTable, "CreateScript" },
        { PostgresErrorCodes.UndefinedColumn, "CreateScript" },
        { PostgresErrorCodes.UndefinedFunction, "CreateScript" },
        { PostgresErrorCodes.AmbiguousFunction, "CreateScript" },
        { PostgresErrorCodes.CheckViolation, "CreateScript" },
    };

    [Theory]
    [MemberData(nameof(ToMend))]
    public void What_does_not_heal_by_itself_says_what_to_do(string sqlState, string advice)
    {
        var error = Error(sqlState);

        PostgresErrors.IsMisconfiguration(error).ShouldBeTrue();
        PostgresErrors.ToStoreException(error).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("The server's words"),
            message => message.ShouldContain(sqlState),
            message => message.ShouldContain(advice));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.TooManyConnections)]
    [InlineData(PostgresErrorCodes.CannotConnectNow)]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    [InlineData(PostgresErrorCodes.DuplicateTable)]
    [InlineData(PostgresErrorCodes.DiskFull)]
    [InlineData("")]
    public void What_heals_by_itself_is_nobody_s_to_mend(string sqlState) =>
        PostgresErrors.IsMisconfiguration(Error(sqlState)).ShouldBeFalse();

    private static PostgresException Error(string sqlState) =>
        new("The server's words", "ERROR", "ERROR", sqlState);
}
