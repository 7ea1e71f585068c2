using System.Transactions;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Callers inside transactions of their own, and servers with other default isolation levels.</summary>
public sealed class TransactionTests(TestServer server)
{
    [Theory]
    [InlineData("serializable")]
    [InlineData("repeatable read")]
    public async Task Another_default_isolation_level_elects_one_leader_and_hands_over(string isolation)
    {
        var options = await server.NewSchemaAsync("isolation");
        var connectionString = Isolation.By(server, isolation);
        var stores = Enumerable.Range(0, 5).Select(_ => new PostgresLeaseStore(connectionString, options)).ToList();
        var electors = stores.Select(store => new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease })).ToList();
        await Task.WhenAll(electors.Select(elector => elector.StartAsync()));

        var tokens = new List<long>();
        while (electors.Count > 0)
        {
            var first = await await Task.WhenAny(electors.Select(elector => elector.LeadsSoonAsync()));
            electors.Count(elector => elector.IsLeader).ShouldBe(1);
            tokens.Add(first.FencingToken);
            var leader = electors.Single(elector => elector.IsLeader);
            electors.Remove(leader);
            await leader.StopAsync();
        }

        tokens.ShouldBeInOrder(SortDirection.Ascending);
        tokens.Distinct().Count().ShouldBe(5);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Theory]
    [InlineData("serializable")]
    [InlineData("repeatable read")]
    public async Task Of_fifty_contenders_in_another_isolation_level_one_wins_and_none_is_told_to_come_again(
        string isolation)
    {
        var options = await server.NewSchemaAsync("isolation");
        var stores = Enumerable.Range(0, 10)
            .Select(_ => new PostgresLeaseStore(Isolation.By(server, isolation), options)).ToList();
        await stores[0].InitializeAsync(default);
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() =>
                stores[number % stores.Count].AcquireAsync(
                    Claims.Of("x", $"contender {number}", TimeSpan.FromSeconds(10)), default))));

            var winner = answers.Where(answer => answer is LeaseAnswer.Granted).ShouldHaveSingleItem();
            await Task.WhenAll(
                stores[1].RenewAsync("x", winner.Lease!.FencingToken, TimeSpan.FromSeconds(10), default),
                stores[2].RenewAsync("x", winner.Lease!.FencingToken, TimeSpan.FromSeconds(10), default),
                stores[3].DeleteExpiredAsync(TimeSpan.Zero, default));
            (await stores[4].ReleaseAsync("x", winner.Lease!.FencingToken, default)).ShouldBeTrue();
        }

        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_ambient_transaction_has_no_part_in_the_lease(bool sharesDataSource)
    {
        var options = await server.NewSchemaAsync("ambient");
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        await using var store = sharesDataSource
            ? new PostgresLeaseStore(dataSource, options)
            : new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);
        var claim = Claims.Of("x", "me", TimeSpan.FromSeconds(10));

        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            (await store.AcquireAsync(claim, default)).ShouldBeOfType<LeaseAnswer.Granted>();

            // Disposed without Complete: what belonged to it is rolled back.
        }

        (await store.ReadAsync("x", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_elector_started_inside_a_transaction_outlives_it()
    {
        var options = await server.NewSchemaAsync("ambient");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var elector = new LeaseElector(store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease });

        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();
        using var renewals = new CommandCounter("UPDATE \"ambient\"");
        await renewals.ReachesAsync(3);

        elector.Current.ShouldBeSameAs(term);
    }
}
