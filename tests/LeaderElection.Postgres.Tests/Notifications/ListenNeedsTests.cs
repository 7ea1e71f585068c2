using Npgsql;

namespace LeaderElection.Postgres.Tests.Connections;

/// <summary>Data sources of an app that cannot spare a connection for LISTEN: elections work by polling.</summary>
public sealed class ListenNeedsTests(TestServer server)
{
    [Theory]
    [InlineData("listen_pool_of_one", "Maximum Pool Size=1", 2008)]
    [InlineData("listen_multiplexed", "Multiplexing=true", 2009)]
    public async Task Where_none_can_be_spared_nobody_listens_renewals_go_on_and_that_is_said_once(
        string schema, string setting, int eventId)
    {
        var options = await server.NewSchemaAsync(schema);
        var log = new LogCollector();
        await using var app = NpgsqlDataSource.Create($"{server.ConnectionString};{setting}");
        await using var store = new PostgresLeaseStore(app, options, log);
        await using var elector = new LeaseElector(store, Election(), log);
        await using var follower = new LeaseElector(store, Election(), log);
        using var listens = new CommandCounter("LISTEN ");
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();
        await follower.StartAsync();

        using var renewals = new CommandCounter($"UPDATE \"{schema}\"");
        await renewals.ReachesAsync(10);
        elector.Current.ShouldBeSameAs(term);
        await elector.StopAsync();

        (await follower.LeadsSoonAsync()).FencingToken.ShouldBeGreaterThan(term.FencingToken);
        listens.Count.ShouldBe(0);
        log.Entries.Count(entry => entry.EventId == eventId).ShouldBe(1);
        log.Entries.ShouldAllBe(entry => entry.EventId != 2002);
    }

    [Theory]
    [InlineData("Maximum Pool Size=1;Multiplexing=true")]
    [InlineData("Maximum Pool Size=1")]
    public async Task A_store_with_a_pool_of_its_own_listens_whatever_its_connection_string_says(string setting)
    {
        var options = await server.NewSchemaAsync("listen_own");
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore($"{server.ConnectionString};{setting}", options, log);
        using var subscription = store.Subscribe("default", () => { });

        await log.WaitForAsync(2001);

        subscription.IsListening.ShouldBeTrue();
        log.Entries.ShouldAllBe(entry => entry.EventId != 2008 && entry.EventId != 2009);
    }

    [Fact]
    public async Task A_pool_of_two_is_enough_to_listen_and_so_is_no_pool()
    {
        var options = await server.NewSchemaAsync("listen_enough");
        foreach (var setting in new[] { "Maximum Pool Size=2", "Maximum Pool Size=1;Pooling=false" })
        {
            var log = new LogCollector();
            await using var app = NpgsqlDataSource.Create($"{server.ConnectionString};{setting}");
            await using var store = new PostgresLeaseStore(app, options, log);
            using var subscription = store.Subscribe("default", () => { });

            await log.WaitForAsync(2001);

            subscription.IsListening.ShouldBeTrue();
        }
    }

    private static LeaderElectionOptions Election() => new() { LeaseDuration = TestTime.Lease };
}
