using Dapper;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>What a pooler in transaction mode takes away, and what it must not be left with.</summary>
public sealed class PoolerTests(TestServer server)
{
    [Fact]
    public async Task Behind_a_pooler_followers_poll_and_one_line_says_why()
    {
        await using var pooler = await PgBouncer.StartAsync(server.ConnectionString, poolSize: 1);
        var log = new LogCollector();
        var options = await OptionsAsync("pooled");
        await using var store = new PostgresLeaseStore(pooler.ConnectionString, options, log);
        await using var leader = new LeaseElector(store, Election());
        await using var follower = new LeaseElector(store, Election());
        await leader.StartAsync();
        var first = await leader.LeadsSoonAsync();
        await follower.StartAsync();

        await log.WaitForAsync(2003);
        await leader.StopAsync();
        var second = await follower.LeadsSoonAsync();

        second.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        log.Entries.Count(entry => entry.EventId is 2002 or 2003).ShouldBe(1);
    }

    [Fact]
    public async Task No_session_of_the_pooler_is_left_in_LISTEN()
    {
        const int Sessions = 4;
        await using var pooler = await PgBouncer.StartAsync(server.ConnectionString, Sessions);
        var log = new LogCollector();
        var options = await OptionsAsync("left_behind");
        await using var store = new PostgresLeaseStore(pooler.ConnectionString, options, log);
        await store.InitializeAsync(default);
        await using var crowd = new Crowd(pooler.ConnectionString, Sessions);
        await crowd.OccupyAsync();
        await crowd.LeaveAsync();

        using var subscription = store.Subscribe("default", () => { });
        await log.WaitForAsync(2003);

        (await crowd.OccupyAsync()).ShouldBe(Sessions);
        (await crowd.ListeningAsync()).ShouldBe(0);
    }

    private static LeaderElectionOptions Election() => new() { LeaseDuration = TestTime.Lease };

    // The echo is waited for as long as the driver.
    private async Task<PostgresLeaseOptions> OptionsAsync(string schema)
    {
        var options = await server.NewSchemaAsync(schema);
        options.DriverTimeout = TimeSpan.FromMilliseconds(300);
        return options;
    }

    /// <summary>Clients that hold all sessions of a pooler at once, in a transaction each.</summary>
    private sealed class Crowd : IAsyncDisposable
    {
        private readonly List<NpgsqlConnection> _clients;
        private readonly List<NpgsqlTransaction> _transactions = [];

        public Crowd(string connectionString, int size)
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
            _clients = [.. Enumerable.Range(0, size).Select(_ => new NpgsqlConnection(settings.ConnectionString))];
        }

        /// <summary>How many different sessions they got.</summary>
        public async Task<int> OccupyAsync()
        {
            var sessions = new HashSet<int>();
            foreach (var client in _clients)
            {
                if (client.FullState == System.Data.ConnectionState.Closed)
                    await client.OpenAsync();
                _transactions.Add(await client.BeginTransactionAsync());
                sessions.Add(await client.QuerySingleAsync<int>("SELECT pg_backend_pid()"));
            }

            return sessions.Count;
        }

        public async Task LeaveAsync()
        {
            foreach (var transaction in _transactions)
                await transaction.DisposeAsync();
            _transactions.Clear();
        }

        /// <summary>In how many channels the occupied sessions listen.</summary>
        public async Task<int> ListeningAsync()
        {
            var listening = 0;
            foreach (var client in _clients)
                listening += await client.QuerySingleAsync<int>("SELECT count(*)::int FROM pg_listening_channels()");
            return listening;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
                await client.DisposeAsync();
        }
    }
}
