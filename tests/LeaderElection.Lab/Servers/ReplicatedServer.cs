using Npgsql;

namespace LeaderElection.Lab;

/// <summary>
/// Two throw-away servers on ports of their own: a primary and an asynchronous standby that follows it. They change
/// roles with every promotion; the one that was left behind is made the new standby by
/// <see cref="RebuildStandbyAsync"/>.
/// </summary>
public sealed class ReplicatedServer : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private Member _primary;
    private Member _standby;

    private ReplicatedServer(Member primary, Member standby)
    {
        _primary = primary;
        _standby = standby;
        ConnectionString = new NpgsqlConnectionStringBuilder(Primary.ConnectionString)
        {
            Host = string.Join(',', new[] { primary, standby }.Select(member => $"127.0.0.1:{member.Cluster.Port}")),
        }.ConnectionString;
    }

    /// <summary>Names both hosts, always in the same order.</summary>
    public string ConnectionString { get; }

    /// <summary>The one promoted last, at first the one that was there first; dead or alive.</summary>
    public PostgresServer Primary => _primary.Server;

    /// <summary>The other one; dead or alive.</summary>
    public PostgresServer Standby => _standby.Server;

    /// <exception cref="PostgresNotFoundException">Something is not installed; the message says what.</exception>
    public static async Task<ReplicatedServer> StartAsync(CancellationToken cancellationToken = default)
    {
        var binaries = ServerBinaries.Require();
        var primary = new Member(
            await LocalCluster.StartPrimaryAsync(binaries, cancellationToken).ConfigureAwait(false));
        try
        {
            var standby = await primary.Cluster.StartStandbyAsync(primary.Replication.Port, cancellationToken)
                .ConfigureAwait(false);
            return new ReplicatedServer(primary, new Member(standby));
        }
        catch (Exception)
        {
            await primary.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What the primary commits from now on, the standby lacks.</summary>
    public void CutReplication()
    {
        _primary.Replication.Refuse();
        _primary.Replication.Reset();
    }

    /// <summary>The standby gets what it has missed and follows again.</summary>
    public void MendReplication() => _primary.Replication.Pass();

    /// <summary>Returns when the standby shows what the primary has committed before the call.</summary>
    public async Task CatchUpAsync()
    {
        // At the beginning of a page the primary is past its last record, and the standby gets there with the next one.
        await AskAsync<string>(Primary, "SELECT pg_logical_emit_message(true, 'catch up', '')::text")
            .ConfigureAwait(false);
        var written = await AskAsync<string>(Primary, "SELECT pg_current_wal_flush_lsn()::text").ConfigureAwait(false);
        await UntilAsync(Standby, $"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn").ConfigureAwait(false);
    }

    /// <summary>
    /// Makes the standby the primary, and returns when it can be written to. Does nothing to the old one: kill or stop
    /// it before, or there are two.
    /// </summary>
    public async Task PromoteAsync()
    {
        await AskAsync<bool>(Standby, "SELECT pg_promote(wait => false)").ConfigureAwait(false);
        await UntilAsync(Standby, "SELECT NOT pg_is_in_recovery()").ConfigureAwait(false);
        (_primary, _standby) = (_standby, _primary);
    }

    /// <summary>
    /// Makes the one that is not the primary a fresh standby of it, on its old port, whatever state it is in.
    /// </summary>
    public Task RebuildStandbyAsync()
    {
        _primary.Replication.Pass();
        return _standby.Cluster.BecomeStandbyAsync(_primary.Cluster, _primary.Replication.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _standby.DisposeAsync().ConfigureAwait(false);
        await _primary.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task UntilAsync(PostgresServer server, string condition)
    {
        using var limit = new CancellationTokenSource(LongestWait);
        while (!await AskAsync<bool>(server, condition).ConfigureAwait(false))
            await Task.Delay(Pause, limit.Token).ConfigureAwait(false);
    }

    private static async Task<T> AskAsync<T>(PostgresServer server, string question)
    {
        var connection = await server.OpenAsync().ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = new NpgsqlCommand(question, connection);
            await using (command.ConfigureAwait(false))
                return (T)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
        }
    }

    /// <summary>A server and the way that its standby takes to it, which can be cut.</summary>
    private sealed class Member(LocalCluster cluster) : IAsyncDisposable
    {
        public LocalCluster Cluster => cluster;

        public PostgresServer Server { get; } = PostgresServer.Of(cluster);

        public TcpRelay Replication { get; } = new("127.0.0.1", cluster.Port);

        public async ValueTask DisposeAsync()
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            await Replication.DisposeAsync().ConfigureAwait(false);
        }
    }
}
