using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>Watches one election for as long as the process runs, whatever its elector throws.</summary>
internal sealed class ElectionWatch(
    string name, IElector elector, Action onChange, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly TermHistory _history = new();
    private long _version;
    private bool _hasToldOfFailure;

    /// <summary>The name under which the app added the election.</summary>
    public string Name => name;

    public IElector Elector => elector;

    public IReadOnlyList<ObservedTerm> Terms => _history.Terms;

    /// <summary>Rises with every change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Ends when the elector was stopped or <paramref name="stop"/> is cancelled; does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await NoteChangesAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (Exception exception)
            {
                if (stop.IsCancellationRequested)
                    return;
                TellOfFailure(exception);
            }

            await PauseAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task NoteChangesAsync(CancellationToken stop)
    {
        await foreach (var change in elector.WatchAsync(stop).ConfigureAwait(false))
        {
            _history.Note(change, clock.GetUtcNow());
            Tell();
        }

        // The elector was stopped, which is not a change of leadership on a follower.
        Tell();
    }

    private void Tell()
    {
        Interlocked.Increment(ref _version);
        onChange();
    }

    private void TellOfFailure(Exception exception)
    {
        if (_hasToldOfFailure)
            return;
        _hasToldOfFailure = true;
        Log.WatchFailed(logger, elector.ElectionName, RetryInterval, exception);
    }

    private async Task PauseAsync(CancellationToken stop)
    {
        using var pause = new PeriodicTimer(RetryInterval, clock);
        try
        {
            await pause.WaitForNextTickAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop looks.
        }
    }
}
