using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Raises the event of an elector for every change, in order, one at a time and never inside its loop: handlers are
/// users' code. Safe to use from any thread.
/// </summary>
/// <remarks>
/// Invariant: while there is a handler it watches, from before the first one was added: a handler hears of every change
/// after it was added. It watches no longer from the first change on that nobody hears.
/// </remarks>
/// <param name="sender">The elector.</param>
/// <param name="changes">What to tell.</param>
/// <param name="clock">The elector's; decides where handlers run.</param>
/// <param name="electionName">The election, for the log.</param>
/// <param name="logger">The elector's log.</param>
internal sealed class EventPump(
    object sender, ChangeFeed<LeadershipChange> changes, TimeProvider clock, string electionName, ILogger logger)
{
    // Guards the two below. Taken before that of the changes.
    private readonly Lock _gate = new();
    private EventHandler<LeadershipChangedEventArgs>? _handlers;

    // Completed when it watches no longer; null while it does not.
    private TaskCompletionSource? _ended;

    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
    {
        add
        {
            if (value is null)
                return;
            ChangeFeed<LeadershipChange>.Watcher watcher;
            TaskCompletionSource ended;
            lock (_gate)
            {
                _handlers += value;
                if (_ended is not null)
                    return;
                _ended = ended = new TaskCompletionSource();
                watcher = changes.Watch();
            }

            // The first change may be here at once, and the subscriber is not to hear of it in here, nor its context to
            // live on in there.
            using (ExecutionContext.SuppressFlow())
                OffLoop.Run(clock, () => _ = RunAsync(watcher, ended));
        }

        remove
        {
            lock (_gate)
                _handlers -= value;
        }
    }

    /// <summary>Whether the caller is a handler that this is calling.</summary>
    public bool IsCallingMe => CallbackFrame.IsInsideOf(this);

    /// <summary>Waits for the handlers, once the changes have ended.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellationToken">Ends the waiting; does not make this method throw.</param>
    public async Task DeliverLastAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task ended;
        lock (_gate)
            ended = _ended?.Task ?? Task.CompletedTask;
        try
        {
            await ended.WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            Log.HandlersOutlastStop(logger, electionName);
        }
    }

    /// <summary>Until the changes end or nobody hears them. Never throws.</summary>
    private async Task RunAsync(ChangeFeed<LeadershipChange>.Watcher watcher, TaskCompletionSource ended)
    {
        try
        {
            using (watcher)
            {
                var isCurrentState = true;
                await foreach (var change in watcher.ReadAsync().ConfigureAwait(false))
                {
                    if (!isCurrentState && !TryRaise(change))
                        return;
                    isCurrentState = false;
                }
            }
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    /// <summary>False when nobody hears it, and whoever comes next begins to watch anew.</summary>
    private bool TryRaise(LeadershipChange change)
    {
        EventHandler<LeadershipChangedEventArgs>? handlers;
        lock (_gate)
        {
            handlers = _handlers;
            if (handlers is null)
            {
                _ended = null;
                return false;
            }
        }

        foreach (var handler in handlers.GetInvocationList())
        {
            try
            {
                using (CallbackFrame.Enter(this))
                    ((EventHandler<LeadershipChangedEventArgs>)handler)(sender, new LeadershipChangedEventArgs(change));
            }
            catch (Exception exception)
            {
                Log.HandlerFailed(logger, electionName, change.Reason, exception);
            }
        }

        return true;
    }
}
