using System.Diagnostics;
using LeaderElection.Node;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Several nodes, each a process of its own, in one election; what they believed is in one history.</summary>
internal sealed class NodeParty(string connectionString, string schema) : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly List<NodeProcess> _nodes = [];

    public TimeSpan LeaseDuration { get; init; } = Lease;

    public TimeSpan FenceGrace { get; init; } = TimeSpan.FromSeconds(5);

    public BeliefHistory History { get; } = new();

    public async Task<NodeProcess> AddAsync(string instanceId, string? through = null)
    {
        var node = await NodeProcess.StartAsync(
            new NodeSettings
            {
                ConnectionString = through ?? connectionString,
                InstanceId = instanceId,
                Schema = schema,
                LeaseDuration = LeaseDuration,
                FenceGrace = FenceGrace,
            },
            History);
        _nodes.Add(node);
        return node;
    }

    /// <summary>The first stretch of a term later than that.</summary>
    public async Task<BeliefStretch> LeaderAfterAsync(long token, TimeSpan? patience = null)
    {
        var waits = _nodes.Where(node => !node.HasExited).Select(node => node.WaitForAsync(
            message => message.Kind == NodeMessageKind.Gained && message.Token > token, patience ?? TestTime.Patience));
        await await Task.WhenAny(waits);
        return History.FirstAfter(token)!;
    }

    public NodeProcess Of(BeliefStretch stretch) => _nodes.Single(node => node.InstanceId == stretch.InstanceId);

    public async Task<LeaseRow> RowAsync()
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return await LeaseRow.ReadAsync(connection, schema, "default")
            ?? throw new InvalidOperationException("There is no lease.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    public static TimeSpan Since(long from, long until) => Stopwatch.GetElapsedTime(from, until);
}
