using System.Diagnostics;
using System.Reflection;

namespace FailoverDemo;

internal enum WorkerState
{
    Follower,
    Leader,
    Frozen,
    Gone,
}

/// <summary>
/// One worker process, as seen from outside. Killed when disposed; it ends by itself when the demo does.
/// </summary>
internal sealed class Worker : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Beliefs _beliefs;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _listening;
    private volatile Belief? _belief;
    private volatile Freezer? _freezer;

    private Worker(Process process, string name, Beliefs beliefs)
    {
        _process = process;
        _beliefs = beliefs;
        Name = name;
        ProcessId = process.Id;
        _listening = ListenAsync();
    }

    public string Name { get; }

    public int ProcessId { get; }

    /// <summary>The latest, by its own last word; null when it never believed to lead.</summary>
    public Belief? Belief => _belief;

    public bool IsLeader => Belief is { IsOver: false };

    public WorkerState State => _process.HasExited ? WorkerState.Gone
        : _freezer is not null ? WorkerState.Frozen
        : IsLeader ? WorkerState.Leader
        : WorkerState.Follower;

    /// <summary>Of the term it leads in, or believed to lead in when it was frozen; null for the others.</summary>
    public long? Token => IsLeader && !_process.HasExited ? Belief?.Token : null;

    /// <summary>Starts a worker and waits until it contends.</summary>
    public static async Task<Worker> StartAsync(
        WorkerCommand command, Beliefs beliefs, CancellationToken cancellationToken)
    {
        // Started by `dotnet`, this program is an argument of it.
        var host = Environment.ProcessPath ?? "dotnet";
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? [Assembly.GetExecutingAssembly().Location]
            : [];
        var process = Process.Start(new ProcessStartInfo(host, [.. program, .. command.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        var worker = new Worker(
            process ?? throw new InvalidOperationException("The worker did not start."), command.Name, beliefs);
        try
        {
            await worker._ready.Task.WaitAsync(LongestStart, cancellationToken);
            return worker;
        }
        catch (Exception)
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>As at a deploy; returns when the process has ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(WorkerProgram.Stop);
        await _process.StandardInput.FlushAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        await _listening;
    }

    /// <summary>kill -9.</summary>
    /// <returns>When, on the monotonic clock.</returns>
    public long Kill()
    {
        var at = Stopwatch.GetTimestamp();
        _process.Kill();
        return at;
    }

    /// <returns>When, on the monotonic clock.</returns>
    public long Freeze()
    {
        var at = Stopwatch.GetTimestamp();
        _freezer = new Freezer(ProcessId);
        return at;
    }

    public void Thaw()
    {
        _freezer?.Dispose();
        _freezer = null;
    }

    public async ValueTask DisposeAsync()
    {
        // Frozen or not, SIGKILL ends it.
        if (!_process.HasExited)
            _process.Kill();
        Thaw();
        await _process.WaitForExitAsync();
        await _listening;
        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == WorkerProgram.Ready)
            {
                _ready.TrySetResult();
            }
            else if (Belief.FromLine(line) is { } belief)
            {
                _beliefs.Note(belief);
                _belief = belief;
            }
        }

        _ready.TrySetException(new InvalidOperationException($"{Name} ended before it contended."));
    }
}
