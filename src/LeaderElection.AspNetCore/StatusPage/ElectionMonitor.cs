using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>
/// What the status pages of this process know: watches every election once, however many pages and clients there are,
/// and none where no page is mapped. Safe to use from any thread.
/// </summary>
internal sealed class ElectionMonitor(AppElections elections, TimeProvider clock, ILogger<ElectionMonitor> logger)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = new();

    // Protects the three below: a page may be mapped before the host has started, and after.
    private readonly Lock _beginning = new();
    private bool _hasPage;
    private volatile ElectionWatch[] _watches = [];
    private Task[] _watching = [];

    public TimeProvider Clock => clock;

    /// <summary>In the order in which they were added; none before the host has started.</summary>
    public IReadOnlyList<ElectionWatch> Elections => _watches;

    /// <summary>Completes at the next change of any election. Take it before reading what it is about.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>A page is mapped: from now on the elections are watched, or from the start of the host on.</summary>
    public void AddPage()
    {
        lock (_beginning)
        {
            _hasPage = true;
            WatchWhenReady();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_beginning)
        {
            _watches = [.. elections.Names.Select(
                name => new ElectionWatch(name, elections.GetElectorOfAnyKind(name), TellClients, clock, logger))];
            WatchWhenReady();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Cancel();
        await Task.WhenAll(_watching).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    private void WatchWhenReady()
    {
        if (!_hasPage || _watching.Length > 0)
            return;

        // What surrounds the start of the host (a trace) must not live on in the watches.
        using (ExecutionContext.SuppressFlow())
            _watching = [.. _watches.Select(watch => watch.RunAsync(_stop.Token))];
    }

    // On a thread of its own: clients must not hold up the watch, nor the elector behind it.
    private void TellClients()
    {
        var changed = Interlocked.Exchange(ref _changed, new TaskCompletionSource());
        ThreadPool.UnsafeQueueUserWorkItem(static changed => changed.TrySetResult(), changed, preferLocal: false);
    }
}
