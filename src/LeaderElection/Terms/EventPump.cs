using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Raises the event of an elector for every change, in order, one at a time and never inside its loop: handlers are
/// users' code. Safe to use from any thread.
/// </summary>
/// <param name="sender">The elector.</param>
/// <param name="changes">What to tell.</param>
/// <param name="electionName">The election, for the log.</param>
/// <param name="logger">The elector's log.</param>
internal sealed class EventPump(
    object sender, ChangeFeed<LeadershipChange> changes, string electionName, ILogger logger)
{
    private readonly TaskCompletionSource _ended = new();

    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged;

    /// <summary>Whether the caller is a handler that this is calling.</summary>
    public bool IsCallingMe => CallbackFrame.IsInsideOf(this);

    /// <summary>Runs until the changes end. Begin it before anything can change. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            var isCurrentState = true;
            await foreach (var change in changes.WatchAsync().ConfigureAwait(false))
            {
                if (!isCurrentState)
                    Raise(change);
                isCurrentState = false;
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Waits for the handlers, once the changes have ended.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="clock">Measures the limit.</param>
    /// <param name="cancellationToken">Ends the waiting; does not make this method throw.</param>
    public async Task DeliverLastAsync(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await _ended.Task.WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (LeadershipChanged is not null)
                Log.HandlersOutlastStop(logger, electionName);
        }
    }

    private void Raise(LeadershipChange change)
    {
        foreach (var handler in LeadershipChanged?.GetInvocationList() ?? [])
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
    }
}
