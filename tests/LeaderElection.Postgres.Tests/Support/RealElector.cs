using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Takes one elector on a real Postgres through the elector suites; leadership is lost by cutting the network.
/// </summary>
internal sealed class RealElector : ElectorUnderTest
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
            ElectionName = ElectionName, InstanceId = InstanceId, LeaseDuration = TestTime.Lease,
        };
        _store = new PostgresLeaseStore(
            settings.ConnectionString,
            new PostgresLeaseOptions { Schema = "elector", DriverTimeout = options.StoreTimeout });
        Elector = new LeaseElector(_store, options);
    }

    public override LeaseElector Elector { get; }

    public override Task PrepareAsync() => _server.NewSchemaAsync("elector");

    public override async Task<Leadership> BecomeLeaderAsync()
    {
        _relay.Pass();
        await Elector.StartAsync();
        return await Elector.LeadsSoonAsync();
    }

    /// <summary>Returns when the row has run out, too: it would be seen as somebody's.</summary>
    public override async Task LoseLeadershipAsync()
    {
        _relay.Refuse();
        _relay.Reset();
        await Eventually.TrueAsync(() => !Elector.IsLeader && Elector.Leader is null);
        await Eventually.TrueAsync(() => _server.QueryAsync<bool>(
            "SELECT NOT EXISTS (SELECT FROM elector.leader_lease WHERE expires_at > clock_timestamp())"));
    }

    public override Task PassAsync() => Task.Delay(Moment);

    public override Task WithinAsync(Task task) => task.WaitAsync(TestTime.Patience);

    public override async ValueTask DisposeAsync()
    {
        _relay.Pass();
        await Elector.DisposeAsync();
        await _store.DisposeAsync();
        await _relay.DisposeAsync();
        await base.DisposeAsync();
    }
}
