using System.Diagnostics;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Connection strings, servers that cannot be reached, and how many connections and statements it
/// takes.</summary>
public sealed class ConnectionTests(TestServer server)
{
    private const string Secret = "hunter2-very-secret";

    [Fact]
    public async Task A_wrong_password_is_one_clear_error_and_no_secret_is_logged()
    {
        await server.ExecuteAsync(
            """
            DO $$ BEGIN CREATE ROLE leader_election_checked LOGIN PASSWORD 'right';
            EXCEPTION WHEN duplicate_object THEN NULL; END $$
            """);
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(
            server.With(settings =>
            {
                settings.Username = "leader_election_checked";
                settings.Password = Secret;
                settings.Database = "no_such_database";
            }),
            loggerFactory: log);
        await using var elector = new LeaseElector(store, Options(), log);

        await elector.StartAsync();
        var said = await log.WaitForAsync(1005);

        said.Text.ShouldMatch("password authentication failed|does not exist");
        await elector.StopAsync();
        log.Entries.ShouldAllBe(entry => !entry.Text.Contains(Secret));
    }

    [Fact]
    public async Task An_unknown_host_is_tried_again_and_no_secret_is_logged()
    {
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(
            $"Host=no-such-host.invalid;Username=app;Password={Secret}", loggerFactory: log);
        await using var elector = new LeaseElector(store, Options(), log);

        await elector.StartAsync();
        await log.WaitForAsync(1003);
        await elector.StopAsync().WaitAsync(TestTime.Patience);

        elector.IsLeader.ShouldBeFalse();
        log.Entries.ShouldAllBe(entry => !entry.Text.Contains(Secret));
    }

    // More, up to four, are opened while a cold process starts; the driver closes them again after ten seconds or so.
    [Fact]
    public async Task Twenty_elections_of_a_process_come_to_use_two_connections()
    {
        var options = await server.NewSchemaAsync("connections");
        var connectionString = server.With(settings => settings.ApplicationName = "two connections");
        await using var store = new PostgresLeaseStore(connectionString, options);
        var electors = Enumerable.Range(0, 20)
            .Select(number => new LeaseElector(store, Options($"election {number}"))).ToList();
        foreach (var elector in electors)
            await elector.StartAsync();
        foreach (var elector in electors)
            await elector.LeadsSoonAsync();

        // Ten renewals of each.
        using var renewals = new CommandCounter("UPDATE \"connections\"");
        await renewals.ReachesAsync(200);
        await Eventually.SeenAsync(
            async () =>
            {
                var connections = await ConnectionsAsync("two connections");
                connections.ShouldBeLessThanOrEqualTo(4);
                return connections;
            },
            connections => connections == 2, 2 * TestTime.Patience);

        await Task.WhenAll(electors.Select(elector => elector.StopAsync()));
    }

    [Fact]
    public async Task A_follower_beside_a_living_leader_takes_at_most_two_statements_a_lease()
    {
        var options = await server.NewSchemaAsync("statements");
        await using var leaderStore = new PostgresLeaseStore(server.ConnectionString, options);
        await using var followerStore = new PostgresLeaseStore(server.ConnectionString, options);
        await using var leader = new LeaseElector(leaderStore, Options());
        await using var follower = new LeaseElector(followerStore, Options());
        await leader.StartAsync();
        await leader.LeadsSoonAsync();
        await follower.StartAsync();
        await follower.SeesAsync(change => change.Leader is not null);

        // Ten leases, told by the leader's renewals: three a lease.
        using var renewals = new CommandCounter("UPDATE \"statements\"");
        using var looks = new CommandCounter("INSERT INTO \"statements\"");
        await renewals.ReachesAsync(30);

        looks.Count.ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public async Task A_statement_that_waits_for_a_lock_holds_up_no_other_election()
    {
        var options = await server.NewSchemaAsync("locked");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var free = new LeaseElector(store, Options("free"));
        await free.StartAsync();
        var term = await free.LeadsSoonAsync();
        await server.ExecuteAsync(
            """
            INSERT INTO locked.leader_lease VALUES
                ('held', 'gone', 0, clock_timestamp(), clock_timestamp() - interval '1 s', NULL)
            """);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        const string Hold = "SELECT FROM locked.leader_lease WHERE id = 'held' FOR UPDATE";
        await using (var hold = new NpgsqlCommand(Hold, connection))
            await hold.ExecuteNonQueryAsync();

        await using var waiting = new LeaseElector(store, Options("held"));
        await waiting.StartAsync();
        using var renewals = new CommandCounter("UPDATE \"locked\"");
        await renewals.ReachesAsync(10);

        free.Current.ShouldBeSameAs(term);
        waiting.IsLeader.ShouldBeFalse();
        await transaction.RollbackAsync();
        (await waiting.LeadsSoonAsync()).IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lock_held_by_a_stranger_is_named_in_the_log()
    {
        var options = await server.NewSchemaAsync("stranger");
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);
        await using var stranger = new NpgsqlConnection(server.ConnectionString);
        await stranger.OpenAsync();
        var lockClass = new LeaseTable("stranger", "leader_lease").LockClass;
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({lockClass}, 4711)", stranger))
            await hold.ExecuteNonQueryAsync();
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease, LockId = 4711 }, log);

        await elector.StartAsync();
        var said = await log.WaitForAsync(1005);
        await stranger.CloseAsync();
        NpgsqlConnection.ClearPool(stranger);

        said.Text.ShouldContain("LockId 4711");
        (await elector.LeadsSoonAsync()).IsHeld.ShouldBeTrue();
    }

    // The driver cancels by connecting to the server, on the thread that cancels: with one thread of the pool blocked
    // so, Lost came half a second after IsLeader had turned false.
    [Fact]
    public async Task Cancelling_an_attempt_on_a_network_that_swallows_packets_blocks_nobody()
    {
        var options = await server.NewSchemaAsync("blackhole");
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        await using var relay = new TcpRelay(settings.Host!, settings.Port);
        await using var store = new PostgresLeaseStore(
            server.With(through =>
            {
                through.Host = relay.Host;
                through.Port = relay.Port;
            }),
            options);
        await store.InitializeAsync(default);
        relay.Swallow();
        using var stop = new CancellationTokenSource();
        var attempt = store.ReadAsync("default", stop.Token);

        var began = Stopwatch.GetTimestamp();
        stop.Cancel();
        var blocked = Stopwatch.GetElapsedTime(began);

        blocked.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<OperationCanceledException>(attempt.WaitAsync(TestTime.Patience));
    }

    private Task<long> ConnectionsAsync(string applicationName) => server.QueryAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = @applicationName", new { applicationName });

    private static LeaderElectionOptions Options(string electionName = "default") =>
        new() { ElectionName = electionName, LeaseDuration = TestTime.Lease };
}
