using System.Diagnostics;
using LeaderElection.Node;

namespace LeaderElection.Lab;

/// <summary>What one node has said so far, and when it says more. Safe to use from any thread.</summary>
internal sealed class NodeOutput
{
    private readonly string _instanceId;
    private readonly Process _process;
    private readonly BeliefHistory _history;
    private readonly Action<NodeMessage>? _listener;
    private readonly Task<string> _errors;

    // Guards the ones below.
    private readonly Lock _gate = new();
    private readonly List<NodeMessage> _messages = [];
    private TaskCompletionSource _more = NewSignal();
    private BeliefStretch? _belief;
    private bool _closed;

    public NodeOutput(Process process, string instanceId, BeliefHistory history, Action<NodeMessage>? listener)
    {
        _process = process;
        _instanceId = instanceId;
        _history = history;
        _listener = listener;
        _errors = process.StandardError.ReadToEndAsync();
        Ended = ReadAsync();
    }

    /// <summary>Completes when the node has said its last word.</summary>
    public Task Ended { get; }

    /// <inheritdoc cref="NodeProcess.Messages"/>
    public IReadOnlyList<NodeMessage> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages];
        }
    }

    /// <inheritdoc cref="NodeProcess.Belief"/>
    public BeliefStretch? Belief
    {
        get
        {
            lock (_gate)
                return _belief;
        }
    }

    /// <inheritdoc cref="NodeProcess.WaitForAsync"/>
    public async Task<NodeMessage> WaitForAsync(
        Func<NodeMessage, bool> isIt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Task more;
            bool closed;
            lock (_gate)
            {
                if (_messages.FirstOrDefault(isIt) is { } found)
                    return found;
                more = _more.Task;
                closed = _closed;
            }

            if (closed)
            {
                throw new InvalidOperationException(
                    $"Node '{_instanceId}' ended before it said that. {await _errors.ConfigureAwait(false)}");
            }

            var left = timeout - Stopwatch.GetElapsedTime(began);
            await more.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool IsSaidAllTheTime(NodeMessageKind kind) => kind
        is NodeMessageKind.Leading or NodeMessageKind.Appended or NodeMessageKind.AppendRefused
        or NodeMessageKind.AppendUnknown;

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (NodeMessage.FromLine(line) is { } message)
                Take(message);
        }

        lock (_gate)
        {
            _closed = true;
            _more.TrySetResult();
        }
    }

    private void Take(NodeMessage message)
    {
        _listener?.Invoke(message);
        lock (_gate)
        {
            if (message is { Token: { } token, From: { } from, Until: { } until })
            {
                _belief = new BeliefStretch(_instanceId, token, from, until, message.Kind == NodeMessageKind.Lost);
                _history.Record(_belief);
            }

            if (IsSaidAllTheTime(message.Kind))
                return;

            _messages.Add(message);
            var more = _more;
            _more = NewSignal();
            more.TrySetResult();
        }
    }
}
