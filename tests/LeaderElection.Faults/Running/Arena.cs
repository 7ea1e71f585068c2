using System.Diagnostics;
using System.Globalization;
using LeaderElection.Node;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Faults;

/// <summary>One Postgres, and nodes behind a relay each. Nothing of it outlives this process.</summary>
internal sealed class Arena : IAsyncDisposable
{
    // A session of the server that is gone for its node, but not for the server, would count as listening.
    private const string CountListening =
        """
        SELECT count(DISTINCT application_name)::int FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'
        """;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan SteadyFor = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FreshReport = TimeSpan.FromMilliseconds(150);

    private readonly List<Lane> _lanes = [];

    // The naive elector knows no notifications.
    private int _listeners;

    private Arena(PostgresServer server, TestDatabase database)
    {
        Server = server;
        Control = new Control(database);
    }

    public PostgresServer Server { get; }

    public Control Control { get; }

    public IReadOnlyList<Lane> Lanes => _lanes;

    /// <exception cref="PostgresNotFoundException">There are no server programs.</exception>
    public static async Task<Arena> StartAsync(RunSettings settings, CancellationToken cancellationToken)
    {
        // Few connections are used up quickly: what every node may have, and what the runner needs. Nothing here ends
        // the system under the server, and a disk that takes long to flush would be in every bound.
        var configuration = string.Create(
            CultureInfo.InvariantCulture,
            $"""

            max_connections = {12 + 10 * settings.Nodes}
            fsync = off

            """);
        var server = await PostgresServer.StartThrowAwayAsync(
            new ThrowAwaySettings
            {
                Port = settings.Port,
                Programs = settings.PostgresPrograms,
                Configuration = configuration,
            },
            cancellationToken);
        try
        {
            return new Arena(server, await server.CreateDatabaseAsync(cancellationToken));
        }
        catch (Exception)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task StartNodesAsync(RunSettings settings, HistoryWriter history, CancellationToken cancellationToken)
    {
        _listeners = settings.Elector == NodeElector.Naive ? 0 : settings.Nodes;
        var common = new LaneSettings(Control.ConnectionString, Control.Schema, settings.Times, settings.Elector);
        for (var number = 1; number <= settings.Nodes; number++)
        {
            var lane = new Lane(string.Create(CultureInfo.InvariantCulture, $"n{number}"), common, history);
            _lanes.Add(lane);
            await lane.StartAsync(keepInstanceId: false, cancellationToken);
        }
    }

    /// <summary>The lane that leads alone, by its own fresh report; null when none or more than one does.</summary>
    public Lane? Leader
    {
        get
        {
            var leaders = _lanes.Where(lane => lane.Belief is { } belief
                && Stopwatch.GetElapsedTime(belief.Until) < FreshReport).ToList();
            return leaders is [var only] ? only : null;
        }
    }

    /// <summary>Waits until one leads as the table has it and all listen, for a while.</summary>
    /// <returns>False when that did not come.</returns>
    /// <exception cref="InvalidOperationException">A node has died by itself.</exception>
    public async Task<bool> BecomesSteadyAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        (string Lane, long Token, long Since)? candidate = null;
        while (Stopwatch.GetElapsedTime(began) < LongestWait)
        {
            if (_lanes.Find(lane => !lane.IsRunning) is { } dead)
                throw new InvalidOperationException($"The node of lane {dead.Name} died by itself.");

            var seen = await SteadyLeaderAsync(cancellationToken);
            if (seen is null || candidate?.Lane != seen.Value.Lane || candidate?.Token != seen.Value.Token)
                candidate = seen is { } leader ? (leader.Lane, leader.Token, Stopwatch.GetTimestamp()) : null;
            else if (Stopwatch.GetElapsedTime(candidate.Value.Since) >= SteadyFor)
                return true;
            await Task.Delay(LookEvery, cancellationToken);
        }

        return false;
    }

    /// <summary>Kills all nodes, in whatever state they are: what they said last goes into the history.</summary>
    public async Task EndNodesAsync()
    {
        await Task.WhenAll(_lanes.Select(lane => lane.DisposeAsync().AsTask()));
        _lanes.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await EndNodesAsync();
        await Control.DisposeAsync();

        // The database goes with its server.
        await Server.DisposeAsync();
    }

    private async Task<(string Lane, long Token)?> SteadyLeaderAsync(CancellationToken cancellationToken)
    {
        if (Leader is not { Belief: { } belief } leader)
            return null;
        try
        {
            var row = await Control.TryReadLeaseAsync(cancellationToken);
            if (row?.Token != belief.Token)
                return null;
            var listening = await Control.QueryAsync(
                CountListening, reader => reader.Read() ? reader.GetInt32(0) : 0, cancellationToken);
            return listening >= _listeners ? (leader.Name, belief.Token) : null;
        }
        catch (NpgsqlException)
        {
            // Not yet.
            return null;
        }
    }
}
