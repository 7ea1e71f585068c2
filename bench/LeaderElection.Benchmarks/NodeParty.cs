using LeaderElection.Node;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>Three instances in processes of their own; one that has left is replaced.</summary>
internal sealed class NodeParty : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PostgresServer _server;
    private readonly TestDatabase _database;
    private readonly Dictionary<string, NodeProcess> _nodes = [];

    // Where a node reaches the server through one.
    private readonly Dictionary<string, TcpRelay> _relays = [];
    private int _started;

    private NodeParty(PostgresServer server, TestDatabase database)
    {
        _server = server;
        _database = database;
    }

    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(3);

    public BeliefHistory History { get; } = new();

    public required bool IsBehindRelays { get; init; }

    public static async Task<NodeParty> StartAsync(PostgresServer server) =>
        new(server, await server.CreateDatabaseAsync()) { IsBehindRelays = false };

    public static async Task<NodeParty> StartBehindRelaysAsync(PostgresServer server) =>
        new(server, await server.CreateDatabaseAsync()) { IsBehindRelays = true };

    /// <summary>Three run, and all of them know who leads.</summary>
    public async Task<BeliefStretch> FillAsync()
    {
        while (_nodes.Count < 3)
            await AddAsync();
        var leader = await LeaderAfterAsync(History.Stretches is [.., var latest] ? latest.Token - 1 : 0);
        foreach (var node in _nodes.Values)
        {
            await node.WaitForAsync(
                message => message.Kind == NodeMessageKind.Changed && message.Token == leader.Token, Patience);
        }

        return leader;
    }

    public async Task<BeliefStretch> LeaderAfterAsync(long token)
    {
        await await Task.WhenAny(_nodes.Values.Where(node => !node.HasExited).Select(node => node.WaitForAsync(
            message => message.Kind == NodeMessageKind.Gained && message.Token > token, Patience)));
        return History.FirstAfter(token)!;
    }

    public NodeProcess NodeOf(BeliefStretch stretch) => _nodes[stretch.InstanceId];

    public TcpRelay RelayOf(BeliefStretch stretch) => _relays[stretch.InstanceId];

    public async Task RemoveAsync(BeliefStretch stretch)
    {
        _nodes.Remove(stretch.InstanceId, out var node);
        await node!.DisposeAsync();
        if (_relays.Remove(stretch.InstanceId, out var relay))
            await relay.DisposeAsync();
    }

    public async Task<LeaseRow> RowAsync()
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        return (await LeaseRow.ReadAsync(connection, _database.Schema, "default"))!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
            await node.DisposeAsync();
        foreach (var relay in _relays.Values)
            await relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task AddAsync()
    {
        var instanceId = $"node-{++_started}";
        _nodes[instanceId] = await NodeProcess.StartAsync(
            new NodeSettings
            {
                ConnectionString = IsBehindRelays ? Through(NewRelay(instanceId)) : _database.ConnectionString,
                InstanceId = instanceId,
                Schema = _database.Schema,
                LeaseDuration = Lease,
            },
            History);
    }

    private TcpRelay NewRelay(string instanceId)
    {
        var settings = new NpgsqlConnectionStringBuilder(_server.ConnectionString);
        return _relays[instanceId] = new TcpRelay(settings.Host!, settings.Port);
    }

    private string Through(TcpRelay relay) =>
        new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Host = relay.Host,
            Port = relay.Port,
        }.ConnectionString;
}
