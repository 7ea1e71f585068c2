using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>
/// What the status pages of this process know: watches every election once, however many clients there are. Safe to
/// read from any thread.
/// </summary>
internal sealed class ElectionMonitor(AppElections elections, TimeProvider clock, ILogger<ElectionMonitor> logger)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile ElectionWatch[] _watches = [];
    private Task[] _watching = [];
    private TaskCompletionSource _changed = new();

    public TimeProvider Clock => clock;

    /// <summary>In the order in which they were added; none before the host has started.</summary>
    public IReadOnlyList<ElectionWatch> Elections => _watches;

    /// <summary>Completes at the next change of any election. Take it before reading what it is about.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watches = [.. elections.Names.Select(
            name => new ElectionWatch(name, elections.GetElector(name), TellClients, clock, logger))];

        // What surrounds the start of the host (a trace) must not live on in the watches.
        using (ExecutionContext.SuppressFlow())
            _watching = [.. _watches.Select(watch => watch.RunAsync(_stop.Token))];
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Cancel();
        await Task.WhenAll(_watching).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    // On a thread of its own: clients must not hold up the watch, nor the elector behind it.
    private void TellClients()
    {
        var changed = Interlocked.Exchange(ref _changed, new TaskCompletionSource());
        ThreadPool.UnsafeQueueUserWorkItem(static changed => changed.TrySetResult(), changed, preferLocal: false);
    }
}
