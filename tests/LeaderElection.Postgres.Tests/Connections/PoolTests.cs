using LeaderElection.Lab;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Connections that are not to be had, and connections that are no good any more.</summary>
public sealed class PoolTests(TestServer server)
{
    private const int PoolSize = 2;

    [Fact]
    public async Task An_exhausted_pool_of_the_app_costs_no_leadership_when_the_store_has_its_own()
    {
        var options = await server.NewSchemaAsync("own_pool");
        await using var app = SmallPool();
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var elector = new LeaseElector(store, Election());
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();

        await using var all = await TakeAllAsync(app);
        using var renewals = new CommandCounter("UPDATE \"own_pool\"");
        await renewals.ReachesAsync(6);

        elector.Current.ShouldBeSameAs(term);
    }

    [Fact]
    public async Task An_exhausted_pool_that_is_shared_costs_the_leadership_and_is_named_once_an_outage()
    {
        var options = await server.NewSchemaAsync("shared_pool");
        options.UseNotifications = false;
        var log = new LogCollector();
        await using var app = SmallPool();
        await using var store = new PostgresLeaseStore(app, options, log);
        await using var elector = new LeaseElector(store, Election(), log);
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();

        for (var outage = 1; outage <= 2; outage++)
        {
            await using (await TakeAllAsync(app))
            {
                await elector.SeesAsync(
                    change => change is { IsLeader: false } && change.FencingToken == term.FencingToken);

                // The follower that it is now tries on and on.
                await Task.Delay(TestTime.Lease);
            }

            term = await elector.LeadsSoonAsync();
            Named(log).Count.ShouldBe(outage);
        }

        Named(log).ShouldAllBe(entry => entry.Level == LogLevel.Warning && entry.Text.Contains($"pool of {PoolSize}"));
    }

    [Fact]
    public async Task A_leader_whose_connections_are_half_open_renews_over_a_new_one_in_time()
    {
        var options = await server.NewSchemaAsync("half_open");
        var election = new LeaderElectionOptions { LeaseDuration = 2 * TestTime.Lease };
        options.DriverTimeout = election.StoreTimeout;
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        await using var relay = new TcpRelay(settings.Host!, settings.Port);
        await using var store = new PostgresLeaseStore(
            server.With(through => (through.Host, through.Port) = (relay.Host, relay.Port)), options);
        await using var elector = new LeaseElector(store, election);
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();

        for (var round = 0; round < 2; round++)
        {
            relay.SwallowExisting();
            var before = await RenewedUntilAsync();
            await Eventually.SeenAsync(RenewedUntilAsync, end => end > before);
        }

        elector.Current.ShouldBeSameAs(term);

        Task<DateTime> RenewedUntilAsync() =>
            server.QueryAsync<DateTime>("SELECT expires_at FROM half_open.leader_lease");
    }

    [Fact]
    public async Task Hints_arrive_again_soon_after_a_restart_of_the_server()
    {
        await using var own = await PostgresServer.StartThrowAwayAsync();
        await using var store = new PostgresLeaseStore(own.ConnectionString);
        await using var elector = new LeaseElector(store, Election());
        using var subscription = store.Subscribe("default", () => { });
        await elector.StartAsync();
        await Eventually.TrueAsync(() => subscription.IsListening);

        await own.StopAsync();
        await Eventually.TrueAsync(() => !subscription.IsListening);
        await own.StartAgainAsync();
        var began = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => subscription.IsListening);

        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    private static LeaderElectionOptions Election() => new() { LeaseDuration = TestTime.Lease };

    private static List<LogEntry> Named(LogCollector log) => [.. log.Entries.Where(entry => entry.EventId == 2004)];

    private NpgsqlDataSource SmallPool() =>
        NpgsqlDataSource.Create(server.With(settings => settings.MaxPoolSize = PoolSize));

    private static async Task<Taken> TakeAllAsync(NpgsqlDataSource app)
    {
        var connections = new List<NpgsqlConnection>();
        for (var number = 0; number < PoolSize; number++)
            connections.Add(await app.OpenConnectionAsync());
        return new Taken(connections);
    }

    private sealed class Taken(List<NpgsqlConnection> connections) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }
    }
}
