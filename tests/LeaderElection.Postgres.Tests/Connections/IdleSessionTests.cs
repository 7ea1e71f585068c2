using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres.Tests.Connections;

/// <summary>A server that ends sessions which were idle for some time (<c>idle_session_timeout</c>, from Postgres 14
/// on).</summary>
public sealed class IdleSessionTests(TestServer server)
{
    [Fact]
    public async Task A_LISTEN_that_ends_so_is_made_anew_every_time_and_said_once_in_one_line()
    {
        if (!await KnowsIdleSessionsAsync())
            return;
        var options = await server.NewSchemaAsync("idle_listen");
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(Impatient("idle listen"), options, log);
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease }, log);
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();

        using var listens = new CommandCounter("LISTEN ");
        await listens.ReachesAsync(4);

        var said = log.Entries.Where(entry => entry.EventId == 2011).ShouldHaveSingleItem();
        said.Level.ShouldBe(LogLevel.Information);
        log.Entries.Where(entry => entry.Level >= LogLevel.Information)
            .ShouldAllBe(entry => entry.EventId != 2002 && !entry.Text.Contains('\n'));
        elector.Current.ShouldBeSameAs(term);
        await elector.StopAsync();
    }

    [Fact]
    public async Task A_connection_that_ended_so_in_the_pool_costs_no_attempt()
    {
        if (!await KnowsIdleSessionsAsync())
            return;
        var options = await server.NewSchemaAsync("idle_pool");
        options.UseNotifications = false;
        await using var store = new PostgresLeaseStore(Impatient("idle pool"), options);
        await store.InitializeAsync(default);

        for (var round = 0; round < 3; round++)
        {
            await Eventually.SeenAsync(() => SessionsAsync("idle pool"), sessions => sessions == 0);

            (await store.ReadAsync("default", default)).ShouldBeNull();
        }
    }

    private async Task<bool> KnowsIdleSessionsAsync()
    {
        var known = await server.QueryAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'idle_session_timeout')");
        known.ShouldBe(await server.QueryAsync<int>("SELECT current_setting('server_version_num')::int") >= 140000);
        return known;
    }

    private string Impatient(string applicationName) => server.With(settings =>
    {
        settings.ApplicationName = applicationName;
        settings.Options = "-c idle_session_timeout=700";
    });

    private Task<long> SessionsAsync(string applicationName) => server.QueryAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = @applicationName", new { applicationName });
}
