using System.Threading.Channels;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Hints over LISTEN/NOTIFY, what breaks them, and life without.</summary>
public sealed class NotificationTests(TestServer server)
{
    private static readonly TimeSpan LongLease = TimeSpan.FromSeconds(60);

    // The lease outlasts the test's patience: only a notification can bring the follower to power.
    [Fact]
    public async Task A_release_brings_a_follower_to_power_at_once()
    {
        await using var pair = await PairAsync("notified");

        await pair.Leader.StopAsync();

        (await pair.Follower.LeadsSoonAsync()).FencingToken.ShouldBeGreaterThan(pair.FirstToken);
    }

    [Fact]
    public async Task A_killed_LISTEN_connection_is_replaced_and_the_follower_looks_at_once()
    {
        await using var pair = await PairAsync("cut");
        using var listens = new CommandCounter("LISTEN ");

        await server.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'follower of cut' AND query LIKE 'LISTEN%'
            """);
        await listens.ReachesAsync(1);
        await pair.Leader.StopAsync();

        (await pair.Follower.LeadsSoonAsync()).IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task A_hand_over_missed_while_LISTEN_was_cut_is_found_when_it_is_back()
    {
        await using var pair = await PairAsync("missed");

        await server.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'follower of missed' AND query LIKE 'LISTEN%';
            DELETE FROM missed.leader_lease
            """);

        (await pair.Follower.LeadsSoonAsync()).IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task Notifications_that_do_not_concern_the_election_are_ignored()
    {
        var options = await server.NewSchemaAsync("foreign");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        var hints = Channel.CreateUnbounded<bool>();
        using var subscription = store.Subscribe("default", () => hints.Writer.TryWrite(true));
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await hints.Reader.ReadAsync(patience.Token);
        var channel = new LeaseTable("foreign", "leader_lease").Channel;

        string[] payloads = ["", "nonsense", "lease", "lease another election", "lease default ", "echo someone-else"];
        foreach (var payload in payloads.Append("lease default"))
            await server.ExecuteAsync($"SELECT pg_notify('{channel}', '{payload}')");
        await hints.Reader.ReadAsync(patience.Token);

        // The last one came on the same connection after the others, which have been heard by now.
        hints.Reader.TryRead(out _).ShouldBeFalse();
        subscription.IsListening.ShouldBeTrue();
    }

    // On the channel of the table every process would be sent the echoes of all others.
    [Fact]
    public async Task The_echo_that_proves_a_LISTEN_alive_reaches_nobody_else()
    {
        var options = await server.NewSchemaAsync("echoes");
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        var heard = new List<string>();
        connection.Notification += (_, notification) => heard.Add(notification.Payload);
        var channel = new LeaseTable("echoes", "leader_lease").Channel;
        await using (var listen = new NpgsqlCommand($"LISTEN \"{channel}\"", connection))
            await listen.ExecuteNonQueryAsync();

        for (var process = 0; process < 3; process++)
        {
            var log = new LogCollector();
            await using var store = new PostgresLeaseStore(server.ConnectionString, options, log);
            using var subscription = store.Subscribe("default", () => { });
            await log.WaitForAsync(2001);
        }

        // What was sent before it on the same channel has arrived by then.
        await server.ExecuteAsync($"SELECT pg_notify('{channel}', 'the last')");
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (!heard.Contains("the last"))
            await connection.WaitAsync(patience.Token);

        heard.ShouldBe(["the last"]);
    }

    [Fact]
    public async Task Without_notifications_followers_poll_and_say_so_once()
    {
        var options = await server.NewSchemaAsync("polled");
        options.UseNotifications = false;
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var leader = new LeaseElector(store, Options(TestTime.Lease));
        await using var follower = new LeaseElector(store, Options(TestTime.Lease), log);
        await leader.StartAsync();
        var first = await leader.LeadsSoonAsync();
        await follower.StartAsync();

        await log.WaitForAsync(1008);
        using var looks = new CommandCounter("INSERT INTO \"polled\"");
        await looks.ReachesAsync(5);
        await leader.StopAsync();
        var second = await follower.LeadsSoonAsync();

        second.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        log.Entries.Count(entry => entry.EventId == 1008).ShouldBe(1);
    }

    [Fact]
    public async Task A_disposed_store_leaves_no_connection()
    {
        var pair = await PairAsync("left");
        await pair.DisposeAsync();

        (await server.QueryAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '% of left' AND state <> 'idle'"))
            .ShouldBe(0);
    }

    private static LeaderElectionOptions Options(TimeSpan lease) => new() { LeaseDuration = lease };

    private async Task<Pair> PairAsync(string schema)
    {
        var options = await server.NewSchemaAsync(schema);
        var pair = new Pair(
            new PostgresLeaseStore(server.With(settings => settings.ApplicationName = $"leader of {schema}"), options),
            new PostgresLeaseStore(
                server.With(settings => settings.ApplicationName = $"follower of {schema}"), options));
        await pair.Leader.StartAsync();
        pair.FirstToken = (await pair.Leader.LeadsSoonAsync()).FencingToken;
        await pair.Follower.StartAsync();
        await pair.FollowerListens.Task.WaitAsync(TestTime.Patience);
        await pair.Follower.SeesAsync(change => change.Leader?.FencingToken == pair.FirstToken);
        return pair;
    }

    private sealed class Pair : IAsyncDisposable
    {
        private readonly PostgresLeaseStore _leaderStore;
        private readonly PostgresLeaseStore _followerStore;
        private readonly ILeaseSubscription _probe;

        public Pair(PostgresLeaseStore leaderStore, PostgresLeaseStore followerStore)
        {
            _leaderStore = leaderStore;
            _followerStore = followerStore;
            Leader = new LeaseElector(leaderStore, Options(LongLease));
            Follower = new LeaseElector(followerStore, Options(LongLease));
            _probe = followerStore.Subscribe("probe", () => FollowerListens.TrySetResult());
        }

        public LeaseElector Leader { get; }

        public LeaseElector Follower { get; }

        public long FirstToken { get; set; }

        public TaskCompletionSource FollowerListens { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask DisposeAsync()
        {
            _probe.Dispose();
            await Follower.DisposeAsync();
            await Leader.DisposeAsync();
            await _followerStore.DisposeAsync();
            await _leaderStore.DisposeAsync();
        }
    }
}
