using System.Diagnostics;
using LeaderElection.Lab;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Connection strings, servers that cannot be reached, and how many connections and statements it
/// takes.</summary>
public sealed class ConnectionTests(TestServer server)
{
    private const string Secret = "hunter2-very-secret";

    [Theory]
    [InlineData("postgres://app:hunter2-very-secret@db/app", "is a URI")]
    [InlineData("Username=app;Password=hunter2-very-secret", "names no Host")]
    [InlineData("Host=db;Port=hunter2-very-secret", "cannot be read")]
    [InlineData("Host=db;Password=a;hunter2-very-secret=b", "cannot be read")]
    public void A_connection_string_that_cannot_be_used_is_refused_without_repeating_it(string text, string expected)
    {
        var error = Should.Throw<ArgumentException>(() => new PostgresLeaseStore(text));

        error.Message.ShouldContain(expected);
        error.ToString().ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void An_empty_connection_string_is_refused(string? text) =>
        Should.Throw<ArgumentException>(() => new PostgresLeaseStore(text!));

    [Fact]
    public void A_driver_timeout_out_of_range_is_refused() =>
        Should.Throw<ArgumentException>(() => new PostgresLeaseStore(
            "Host=db", new PostgresLeaseOptions { DriverTimeout = TimeSpan.Zero })).Message.ShouldContain("DriverTimeout");

    [Fact]
    public async Task A_wrong_password_is_one_clear_error_and_no_secret_is_logged()
    {
        await server.ExecuteAsync(
            """
            DO $$ BEGIN CREATE ROLE leader_election_checked LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$
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

    [Fact]
    public async Task A_host_boots_and_stops_while_the_database_is_down()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection().UsePostgres($"Host=127.0.0.1;Port={FreePort.Find()};Username=app");
        using var host = builder.Build();

        await host.StartAsync().WaitAsync(TestTime.Patience);
        host.Services.GetRequiredService<ILeaderElector>().IsLeader.ShouldBeFalse();
        await host.StopAsync().WaitAsync(TestTime.Patience);
    }

    [Fact]
    public async Task UsePostgres_without_a_data_source_says_what_to_register()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection().UsePostgres();
        using var host = builder.Build();

        var error = await Should.ThrowAsync<InvalidOperationException>(host.StartAsync());

        error.Message.ShouldContain("NpgsqlDataSource");
        error.Message.ShouldContain("'default'");
    }

    // The container disposed the shared store before the last elector, whose lease then stayed until it ran out.
    [Fact]
    public async Task A_container_disposed_without_a_stop_leaves_no_lease()
    {
        var options = await server.NewSchemaAsync("disposed");
        var services = TwoElections("disposed", "two elections");
        await using (var provider = services.BuildServiceProvider())
        {
            foreach (var hosted in provider.GetServices<IHostedService>())
                await hosted.StartAsync(default);
            await provider.GetRequiredKeyedService<ILeaderElector>("billing").LeadsSoonAsync();
            await provider.GetRequiredKeyedService<ILeaderElector>("reports").LeadsSoonAsync();

            (await ConnectionsAsync("two elections")).ShouldBeLessThanOrEqualTo(4);
        }

        (await server.QueryAsync<long>($"SELECT count(*) FROM {options.Schema}.leader_lease")).ShouldBe(0);
    }

    [Fact]
    public void Diagnostics_of_the_container_hold_no_password()
    {
        var services = TwoElections("public", "two elections");
        services.AddLeaderElection("secret").UsePostgres($"Host=db;Password={Secret}");

        string.Join('\n', services.Select(service => service.ToString())).ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("Host=a,b", "read-write")]
    [InlineData("Host=a,b;Target Session Attributes=primary", "primary")]
    [InlineData("Host=a", null)]
    public async Task Of_several_hosts_the_one_that_can_be_written_to_is_asked_for(string given, string? expected)
    {
        await using var dataSource = OwnDataSource.Create(given, TimeSpan.FromSeconds(1));

        new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).TargetSessionAttributes.ShouldBe(expected);
    }

    [Fact]
    public async Task Of_several_hosts_one_that_does_not_answer_leaves_time_for_the_next_in_the_same_attempt()
    {
        var attempt = new LeaderElectionOptions().StoreTimeout;
        await using var dataSource = OwnDataSource.Create("Host=a,b", attempt);

        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);

        TimeSpan.FromSeconds(settings.Timeout).ShouldBeLessThan(attempt);
    }

    [Fact]
    public async Task The_data_source_of_the_app_is_used_and_not_disposed()
    {
        var options = await server.NewSchemaAsync("shared_source");
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(dataSource);
        builder.Services.AddLeaderElection().UsePostgres(use => use.Schema = options.Schema);
        var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<ILeaderElector>().LeadsSoonAsync();
        await host.StopAsync();
        host.Dispose();

        await using var connection = await dataSource.OpenConnectionAsync();
        connection.State.ShouldBe(System.Data.ConnectionState.Open);
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
        await using (var hold = new NpgsqlCommand("SELECT FROM locked.leader_lease WHERE id = 'held' FOR UPDATE", connection))
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

    private ServiceCollection TwoElections(string schema, string applicationName)
    {
        var connectionString = server.With(settings => settings.ApplicationName = applicationName);
        var services = new ServiceCollection();
        services.AddLeaderElection("billing").UsePostgres(connectionString, use => use.Schema = schema);
        services.AddLeaderElection("reports").UsePostgres(connectionString, use => use.Schema = schema);
        return services;
    }

    private static LeaderElectionOptions Options(string electionName = "default") =>
        new() { ElectionName = electionName, LeaseDuration = TestTime.Lease };
}
