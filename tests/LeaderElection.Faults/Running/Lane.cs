using System.Diagnostics;
using System.Globalization;
using LeaderElection.Node;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Faults;

/// <summary>
/// A place for one node at a time, behind a relay of its own. What the node says goes into the history.
/// </summary>
internal sealed class Lane : IAsyncDisposable
{
    private static readonly TimeSpan AppendEvery = TimeSpan.FromMilliseconds(40);
    private static readonly long RepeatStretchEvery = Stopwatch.Frequency / 4;

    private readonly HistoryWriter _history;
    private readonly LaneSettings _settings;
    private NodeProcess? _process;
    private string _instanceId;
    private string _node = "";
    private int _started;

    // Used by whoever reads what the node says.
    private long _stretchWrittenAt;

    public Lane(string name, LaneSettings settings, HistoryWriter history)
    {
        Name = name;
        _settings = settings;
        _history = history;
        _instanceId = name;
        var server = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        Relay = new TcpRelay(server.Host!, server.Port);
    }

    public string Name { get; }

    public TcpRelay Relay { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The stretch that goes on by the node's last report; null when it does not believe to lead.</summary>
    public BeliefStretch? Belief => IsRunning && _process!.Belief is { IsOver: false } belief ? belief : null;

    public async Task StartAsync(bool keepInstanceId, CancellationToken cancellationToken)
    {
        _started++;
        if (!keepInstanceId)
            _instanceId = string.Create(CultureInfo.InvariantCulture, $"{Name}-{_started}");
        var node = string.Create(CultureInfo.InvariantCulture, $"{Name}.{_started}");
        _node = node;
        _stretchWrittenAt = 0;
        var settings = new NodeSettings
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
            {
                Host = Relay.Host,
                Port = Relay.Port,
                ApplicationName = Name,
            }.ConnectionString,
            Schema = _settings.Schema,
            InstanceId = _instanceId,
            LeaseDuration = _settings.Times.Lease,
            FenceGrace = _settings.Times.FenceGrace,
            DriverTimeout = _settings.Times.StoreTimeout,
            Elector = _settings.Elector,
            Append = new AppendSettings(node, AppendEvery),
        };
        _process = await NodeProcess.StartAsync(settings, message => Hear(node, message), cancellationToken);
        Note(NodeEvent.Started);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _process!.StopAsync(cancellationToken);
        await BuryAsync(NodeEvent.Stopped);
    }

    public Task ReleaseAsync() => _process!.ReleaseAsync();

    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await BuryAsync(NodeEvent.Killed);
    }

    public void Freeze()
    {
        _process!.Freeze();
        Note(NodeEvent.Frozen);
    }

    public void Thaw()
    {
        _process!.Thaw();
        Note(NodeEvent.Thawed);
    }

    /// <summary>Kills what runs here, frozen or not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
            await KillAsync();
        else if (_process is not null)
            await BuryAsync(NodeEvent.Killed);

        await Relay.DisposeAsync();
    }

    private async Task BuryAsync(NodeEvent how)
    {
        // What it said last may not have been written: stretches are, but now and then.
        if (_process!.Belief is { } belief)
            _history.Write(new StretchLine(_node, belief.Token, belief.From, belief.Until, IsOver: true));
        Note(how);
        var process = _process;
        _process = null;
        await process.DisposeAsync();
    }

    private void Note(NodeEvent what) => _history.Write(new NodeLine(
        Stopwatch.GetTimestamp(), _node, _instanceId, _process!.ProcessId, what));

    private void Hear(string node, NodeMessage message)
    {
        switch (message)
        {
            case { Token: { } token, From: { } from, Until: { } until }:
                if (message.Kind == NodeMessageKind.Leading && message.At - _stretchWrittenAt < RepeatStretchEvery)
                    break;
                _stretchWrittenAt = message.At;
                _history.Write(new StretchLine(node, token, from, until, message.Kind == NodeMessageKind.Lost));
                break;

            case { Number: { } number, IsFenced: { } isFenced, InvokedAt: { } invokedAt, Token: { } token }:
                _history.Write(new AppendLine(
                    node, number, isFenced, token, invokedAt, message.At, OutcomeOf(message.Kind), message.Position,
                    message.Text));
                break;

            case { Kind: NodeMessageKind.Changed, Reason: { } reason }:
                _history.Write(new NoteLine(
                    message.At, node,
                    string.Create(
                        CultureInfo.InvariantCulture, $"{reason}, term {message.Token}, leader {message.Leader}")));
                break;

            case { Kind: NodeMessageKind.Logged, Text: { } text }:
                _history.Write(new NoteLine(message.At, node, FirstLineOf(text)));
                break;
        }
    }

    private static AppendOutcome OutcomeOf(NodeMessageKind kind) => kind switch
    {
        NodeMessageKind.Appended => AppendOutcome.Done,
        NodeMessageKind.AppendRefused => AppendOutcome.Refused,
        _ => AppendOutcome.Maybe,
    };

    private static string FirstLineOf(string text) => text.Split('\n', 2)[0];
}

/// <summary>What all lanes of a run have in common.</summary>
internal sealed record LaneSettings(string ConnectionString, string Schema, ElectionTimes Times, NodeElector Elector);
