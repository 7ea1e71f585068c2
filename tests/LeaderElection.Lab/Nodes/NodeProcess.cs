using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using LeaderElection.Node;

namespace LeaderElection.Lab;

/// <summary>
/// One instance of an election in a process of its own, which can be stopped, killed and frozen. Killed when disposed;
/// it ends by itself when this process does.
/// </summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly NodeOutput _output;

    // Used by whoever freezes and thaws.
    private ThawGuard? _thawGuard;

    private NodeProcess(Process process, string instanceId, NodeOutput output)
    {
        _process = process;
        _output = output;
        InstanceId = instanceId;
        ProcessId = process.Id;
    }

    public string InstanceId { get; }

    public int ProcessId { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>All that it has said, but for what it says all the time: that a stretch goes on, and how its appends
    /// went.</summary>
    public IReadOnlyList<NodeMessage> Messages => _output.Messages;

    /// <summary>The latest stretch in which it believed to lead; null when it never did.</summary>
    public BeliefStretch? Belief => _output.Belief;

    /// <summary>By its own last report; a process that is dead or frozen reports nothing.</summary>
    public bool IsLeader => Belief is { IsOver: false };

    /// <summary>Starts a node and waits until its elector runs.</summary>
    /// <param name="settings">How it is to run.</param>
    /// <param name="history">Where what it believes is recorded; kept to itself when null.</param>
    /// <param name="cancellationToken">Ends the wait, and the node.</param>
    public static Task<NodeProcess> StartAsync(
        NodeSettings settings, BeliefHistory? history = null, CancellationToken cancellationToken = default) =>
        StartAsync(settings, history ?? new BeliefHistory(), listener: null, cancellationToken);

    /// <summary>Starts a node and waits until its elector runs.</summary>
    /// <param name="settings">How it is to run.</param>
    /// <param name="listener">Gets every message, one at a time, in the order in which they were said.</param>
    /// <param name="cancellationToken">Ends the wait, and the node.</param>
    public static Task<NodeProcess> StartAsync(
        NodeSettings settings, Action<NodeMessage> listener, CancellationToken cancellationToken) =>
        StartAsync(settings, new BeliefHistory(), listener, cancellationToken);

    /// <summary>The first message of that kind, past ones included.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    /// <exception cref="InvalidOperationException">The node ended before.</exception>
    public Task<NodeMessage> WaitForAsync(
        Func<NodeMessage, bool> isIt, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _output.WaitForAsync(isIt, timeout, cancellationToken);

    /// <summary>Stops its elector as an app that is shut down does, and waits for the end of the process.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await SendAsync("stop").ConfigureAwait(false);
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await _output.Ended.ConfigureAwait(false);
    }

    /// <summary>Asks it to step down and stay in the race; <see cref="NodeMessageKind.Done"/> follows.</summary>
    public Task ReleaseAsync() => SendAsync("release");

    /// <summary>Has it remember the term that it leads in.</summary>
    /// <returns>The token; null when it does not lead.</returns>
    public async Task<long?> PrepareAsync(TimeSpan timeout)
    {
        var answer = await AskAsync("prepare", timeout).ConfigureAwait(false);
        return answer.Kind == NodeMessageKind.Prepared ? answer.Token : null;
    }

    /// <summary>Has it write in a fenced transaction, of the term remembered, and leave that open.</summary>
    public Task HoldAsync(TimeSpan timeout) => AskAsync("hold", timeout);

    /// <summary>Has it write a row with the token of the term remembered; <see cref="AnswerAsync"/> tells how that
    /// went.</summary>
    /// <returns>When it was told to, on the monotonic clock. A frozen node does it when it is thawed.</returns>
    public async Task<long> BeginWriteAsync(NodeWrite way)
    {
        var at = Stopwatch.GetTimestamp();
        await SendAsync(way == NodeWrite.Fenced ? "write fenced" : "write plain").ConfigureAwait(false);
        return at;
    }

    /// <summary>Whether the write that was told to it then was done; false when it was refused.</summary>
    public async Task<bool> AnswerAsync(long toldAt, TimeSpan timeout)
    {
        var answer = await WaitForAsync(message => IsAnswer(message, toldAt), timeout).ConfigureAwait(false);
        return answer.Kind == NodeMessageKind.Written;
    }

    /// <summary>Tells it to end at once, without stopping its elector.</summary>
    public Task ExitAsync() => SendAsync("exit");

    /// <summary>kill -9.</summary>
    /// <returns>When, on the monotonic clock.</returns>
    public async Task<long> KillAsync()
    {
        var at = Signal(ProcessSignal.Kill);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _output.Ended.ConfigureAwait(false);
        return at;
    }

    /// <summary>kill -STOP: the process stands still and notices nothing.</summary>
    /// <returns>When, on the monotonic clock.</returns>
    public long Freeze()
    {
        _thawGuard ??= new ThawGuard(ProcessId);
        return Signal(ProcessSignal.Stop);
    }

    /// <summary>kill -CONT.</summary>
    /// <returns>When, on the monotonic clock.</returns>
    public long Thaw()
    {
        var at = Signal(ProcessSignal.Continue);
        _thawGuard?.Dispose();
        _thawGuard = null;
        return at;
    }

    public async ValueTask DisposeAsync()
    {
        // Frozen or not, SIGKILL ends it.
        if (!_process.HasExited)
            _process.Kill();
        _thawGuard?.Dispose();
        using var timeout = new CancellationTokenSource(LongestEnd);
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
        await _output.Ended.ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task<NodeProcess> StartAsync(
        NodeSettings settings, BeliefHistory history, Action<NodeMessage>? listener,
        CancellationToken cancellationToken)
    {
        var program = typeof(NodeSettings).Assembly.Location;
        var start = new ProcessStartInfo(DotnetHost(), [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The node did not start.");
        var output = new NodeOutput(process, settings.InstanceId, history, listener);
        var node = new NodeProcess(process, settings.InstanceId, output);
        try
        {
            await node.SendAsync(JsonSerializer.Serialize(settings)).ConfigureAwait(false);
            await node.WaitForAsync(message => message.Kind == NodeMessageKind.Started, LongestStart, cancellationToken)
                .ConfigureAwait(false);
            return node;
        }
        catch (Exception)
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // The one that runs us: it need not be on the PATH.
    private static string DotnetHost()
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }

    private static bool IsAnswer(NodeMessage message, long toldAt) =>
        message.Kind is NodeMessageKind.Prepared or NodeMessageKind.Written or NodeMessageKind.Refused
        && message.At > toldAt;

    private async Task<NodeMessage> AskAsync(string command, TimeSpan timeout)
    {
        var at = Stopwatch.GetTimestamp();
        await SendAsync(command).ConfigureAwait(false);
        return await WaitForAsync(message => IsAnswer(message, at), timeout).ConfigureAwait(false);
    }

    private long Signal(ProcessSignal signal)
    {
        ObjectDisposedException.ThrowIf(_process.HasExited, this);
        var at = Stopwatch.GetTimestamp();
        signal.SendTo(ProcessId);
        return at;
    }

    private async Task SendAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync().ConfigureAwait(false);
    }
}
