using LeaderElection.Lab;
using Microsoft.Extensions.Logging;

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

    private static LeaderElectionOptions Options() => new() { LeaseDuration = TestTime.Lease };
}
