using Dapper;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>A store, a term of it that a test can end in every way, and a table that the leader writes to.</summary>
internal sealed class FencedElection : IAsyncDisposable
{
    private static readonly TimeSpan LongLease = TimeSpan.FromMinutes(1);

    private readonly TestServer _server;
    private readonly string _schema;
    private readonly LeaseElector _elector;

    private volatile int _putOff;

    private FencedElection(TestServer server, PostgresLeaseOptions options)
    {
        _server = server;
        _schema = options.Schema;
        Store = new PostgresLeaseStore(server.ConnectionString, options);
        _elector = new LeaseElector(
            Store,
            new LeaderElectionOptions { ElectionName = "x", InstanceId = "leader", LeaseDuration = LongLease });
    }

    public PostgresLeaseStore Store { get; }

    /// <summary>The term; nothing renews its row while a test runs, the lease is too long for that.</summary>
    public Leadership Term { get; private set; } = null!;

    public static async Task<FencedElection> StartAsync(
        TestServer server, string schema, Action<PostgresLeaseOptions>? change = null)
    {
        var options = await server.NewSchemaAsync(schema);
        change?.Invoke(options);
        var election = new FencedElection(server, options);
        await election._elector.StartAsync();
        election.Term = await election._elector.LeadsSoonAsync();
        await server.ExecuteAsync($"CREATE TABLE {schema}.written (token bigint NOT NULL)");
        return election;
    }

    /// <summary>A connection in no pool.</summary>
    public async Task<NpgsqlConnection> OpenAsync(Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var connection = new NpgsqlConnection(_server.With(settings =>
        {
            settings.Pooling = false;
            change?.Invoke(settings);
        }));
        await connection.OpenAsync();
        return connection;
    }

    public Task WriteAsync(NpgsqlConnection connection) => connection.ExecuteAsync(
        $"INSERT INTO {_schema}.written VALUES (@token)", new { token = Term.FencingToken });

    public Task<int> CountWrittenAsync() => _server.QueryAsync<int>($"SELECT count(*)::int FROM {_schema}.written");

    /// <summary>Moves the end of the lease; the instance does not know.</summary>
    public Task LeaveAsync(TimeSpan remaining) => _server.QueryAsync<int>(
        $"""
        UPDATE {_schema}.leader_lease SET created_at = clock_timestamp() - interval '1 h',
            expires_at = clock_timestamp() + make_interval(secs => @seconds)
        """,
        new { seconds = remaining.TotalSeconds });

    public Task ExpireAsync() => LeaveAsync(TimeSpan.FromSeconds(-1));

    /// <summary>As a contender does: asks until it is granted. An attempt may give up waiting for the row.</summary>
    public async Task<Lease> TakeOverAsync()
    {
        var claim = Claims.Of("x", "rival", LongLease);
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (true)
        {
            try
            {
                var answer = await Store.AcquireAsync(claim, patience.Token);
                if (answer is LeaseAnswer.Granted { Lease: var lease })
                    return lease;
                if (answer is LeaseAnswer.NotYet)
                    _putOff++;
            }
            catch (NpgsqlException)
            {
                // Given up; the outcome is unknown, and the next attempt tells.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
        }
    }

    /// <summary>Returns when <see cref="TakeOverAsync"/> was told, from now on, that it cannot be yet.</summary>
    public Task ContenderIsPutOffAsync()
    {
        var before = _putOff;
        return Eventually.TrueAsync(() => _putOff > before + 1);
    }

    /// <summary>Returns when some session waits for a lock of another.</summary>
    public Task SomebodyWaitsAsync() => Eventually.TrueAsync(() => _server.QueryAsync<bool>(
        """
        SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)
        """));

    public async ValueTask DisposeAsync()
    {
        await _elector.DisposeAsync();
        await Store.DisposeAsync();
    }
}
