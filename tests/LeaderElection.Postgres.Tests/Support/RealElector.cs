using LeaderElection.Testing;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Takes one elector on a real Postgres through the elector contracts; leadership is lost by cutting the network.
/// </summary>
internal sealed class RealElector : IAsyncDisposable
{
    // For what the elector does at once, on other threads.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);

    private readonly TestServer _server;
    private readonly TcpRelay _relay;
    private readonly PostgresLeaseStore _store;

    public RealElector(TestServer server, string connectionString)
    {
        _server = server;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _relay = new TcpRelay(settings.Host!, settings.Port);
        settings.Host = _relay.Host;
        settings.Port = _relay.Port;
        var options = new LeaderElectionOptions
        {
            ElectionName = "orders", InstanceId = "a", LeaseDuration = TestTime.Lease,
        };
        _store = new PostgresLeaseStore(
            settings.ConnectionString,
            new PostgresLeaseOptions { Schema = "elector", DriverTimeout = options.StoreTimeout });
        Elector = new LeaseElector(_store, options);
    }

    public LeaseElector Elector { get; }

    public Task PrepareAsync() => _server.NewSchemaAsync("elector");

    public async Task<Leadership> BecomeLeaderAsync()
    {
        _relay.Pass();
        await Elector.StartAsync();
        return await Elector.LeadsSoonAsync();
    }

    /// <summary>Returns when the row has run out, too: it would be seen as somebody's.</summary>
    public async Task LoseLeadershipAsync()
    {
        _relay.Refuse();
        _relay.Reset();
        await UntilAsync(() => Task.FromResult(!Elector.IsLeader && Elector.Leader is null));
        await UntilAsync(() => _server.QueryAsync<bool>(
            "SELECT NOT EXISTS (SELECT FROM elector.leader_lease WHERE expires_at > clock_timestamp())"));
    }

    public static Task PassAsync() => Task.Delay(Moment);

    public static Task WithinAsync(Task task) => task.WaitAsync(TestTime.Patience);

    public async ValueTask DisposeAsync()
    {
        _relay.Pass();
        await Elector.DisposeAsync();
        await _store.DisposeAsync();
        await _relay.DisposeAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
    }
}
