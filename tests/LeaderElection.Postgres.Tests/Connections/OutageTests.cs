using LeaderElection.Lab;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres.Tests.Connections;

/// <summary>What is said of a server that does not answer, and of one that does not let the role do its work.</summary>
public sealed class OutageTests(TestServer server)
{
    [Fact]
    public async Task A_database_that_is_down_at_start_is_one_line_and_the_stack_is_for_debug()
    {
        var log = new LogCollector();
        var port = FreePort.Find();
        await using var store = new PostgresLeaseStore($"Host=127.0.0.1;Port={port};Username=app", loggerFactory: log);
        await using var elector = new LeaseElector(store, Options(), log);

        await elector.StartAsync();
        await log.WaitForAsync(2012);
        var attempts = 0;
        await log.WaitForAsync(entry => entry.EventId == 1018 && ++attempts > 5);

        var line = log.Entries.Where(entry => entry.Level >= LogLevel.Warning).ShouldHaveSingleItem();
        line.EventId.ShouldBe(1003);
        line.Text.ShouldContain($"127.0.0.1:{port}");
        line.Text.ShouldContain("refused", Case.Insensitive);
        line.Text.ShouldNotContain("\n");
        log.Entries.First(entry => entry.EventId == 1018).Text.ShouldContain("   at Npgsql");
    }

    [Fact]
    public async Task A_LISTEN_that_is_lost_is_one_line()
    {
        var options = await server.NewSchemaAsync("listen_lost");
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(
            server.With(settings => settings.ApplicationName = "listen lost"), options, log);
        using var subscription = store.Subscribe("default", () => { });
        await log.WaitForAsync(2001);

        await server.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'listen lost' AND query LIKE 'LISTEN%'
            """);

        var line = await log.WaitForAsync(2002);
        line.Text.ShouldContain("57P01");
        line.Text.ShouldNotContain("\n");
        (await log.WaitForAsync(2012)).Text.ShouldContain("   at Npgsql");
    }

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

    [Fact]
    public void A_LISTEN_that_is_let_in_by_nobody_is_tried_ever_more_rarely_and_the_elector_says_why()
    {
        var log = new LogCollector();
        var outage = new ListenOutage(log);

        var pauses = Enumerable.Range(0, 20)
            .Select(_ => outage.Failed(Error(PostgresErrorCodes.InvalidPassword))).ToList();

        pauses[0].ShouldBeLessThan(TimeSpan.FromSeconds(1));
        pauses[^1].ShouldBe(TimeSpan.FromSeconds(30));
        log.Entries.ShouldAllBe(entry => entry.Level == LogLevel.Debug);
    }

    [Fact]
    public void A_server_that_cannot_listen_is_asked_again_in_ten_minutes_and_that_is_said_once()
    {
        var log = new LogCollector();
        var outage = new ListenOutage(log);

        var pauses = Enumerable.Range(0, 3)
            .Select(_ => outage.Failed(Error(PostgresErrorCodes.FeatureNotSupported))).ToList();

        pauses.ShouldAllBe(pause => pause == TimeSpan.FromMinutes(10));
        log.Entries.Count(entry => entry.EventId == 2002).ShouldBe(1);
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_tried_every_second_at_the_rarest()
    {
        var outage = new ListenOutage(new LogCollector());

        var pauses = Enumerable.Range(0, 20).Select(_ => outage.Failed(new NpgsqlException("No connection"))).ToList();

        pauses[^1].ShouldBe(TimeSpan.FromSeconds(1));
    }

    private static PostgresException Error(string sqlState) =>
        new("The server's words", "ERROR", "ERROR", sqlState);

    private static LeaderElectionOptions Options() => new() { LeaseDuration = TestTime.Lease };
}
