namespace LeaderElection;

/// <summary>Whether a store is ready: made so once for all electors of the process that share it, however many ask.
/// Safe to use from any thread.</summary>
internal sealed class Readiness(ILeaseStore store, TimeProvider clock)
{
    private readonly Lock _gate = new();

    // Whoever finds none makes one; it is forgotten when it fails.
    private TaskCompletionSource? _made;

    /// <summary>Null when the store is ready; else why not.</summary>
    /// <param name="limit">How long to wait at most.</param>
    public async Task<Exception?> EnsureAsync(TimeSpan limit)
    {
        if (Volatile.Read(ref _made) is { Task.IsCompletedSuccessfully: true })
            return null;
        try
        {
            await Attempt.RunAsync(
                clock,
                limit,
                async _ =>
                {
                    await JoinAsync(limit).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Something that was made ready has proved not to be.</summary>
    public void Doubt()
    {
        lock (_gate)
            _made = _made is { Task.IsCompleted: true } ? null : _made;
    }

    private Task JoinAsync(TimeSpan limit)
    {
        TaskCompletionSource made;
        lock (_gate)
        {
            if (_made is not null)
                return _made.Task.ContinueWith(
                    static made => made, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default).Unwrap();
            made = _made = new TaskCompletionSource();
        }

        _ = MakeAsync(made, limit);
        return made.Task;
    }

    /// <summary>Never throws.</summary>
    private async Task MakeAsync(TaskCompletionSource made, TimeSpan limit)
    {
        try
        {
            await Attempt.RunAsync(
                clock,
                limit,
                async token =>
                {
                    await store.InitializeAsync(token).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            made.TrySetResult();
        }
        catch (Exception exception)
        {
            lock (_gate)
                _made = null;
            made.TrySetException(exception);
        }
    }
}
