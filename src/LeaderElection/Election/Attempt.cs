namespace LeaderElection;

/// <summary>One call of a store, never waited for past its limit, whatever the driver does with its cancellation.</summary>
internal static class Attempt
{
    /// <param name="clock">Measures the limit.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="call">The call; its token is cancelled at the limit.</param>
    /// <param name="onLateResult">
    /// Called if the call still succeeds after it was given up, for results that must not be left lying about.
    /// </param>
    /// <exception cref="TimeoutException">The limit passed.</exception>
    public static async Task<T> RunAsync<T>(
        TimeProvider clock, TimeSpan limit, Func<CancellationToken, Task<T>> call, Action<T>? onLateResult = null)
    {
        // Its own timer cancels the call, so that a driver which blocks in its cancellation callback blocks neither the
        // caller nor the timer that ends the wait below.
        var cancellation = new CancellationTokenSource(limit, clock);
        var result = StartAsync(call, cancellation.Token);
        try
        {
            return await result.WaitAsync(limit, clock).ConfigureAwait(false);
        }
        catch (Exception exception) when (!result.IsCompleted || exception is OperationCanceledException)
        {
            throw new TimeoutException($"No answer within {limit.TotalMilliseconds:0} ms.", exception);
        }
        finally
        {
            _ = CleanUpAsync(result, cancellation, onLateResult);
        }
    }

    // An exception thrown before the first await becomes the task's, too.
    private static async Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await call(cancellationToken).ConfigureAwait(false);

    private static async Task CleanUpAsync<T>(
        Task<T> result, CancellationTokenSource cancellation, Action<T>? onLateResult)
    {
        if (result.IsCompleted)
        {
            cancellation.Dispose();
            return;
        }

        try
        {
            var late = await result.ConfigureAwait(false);
            onLateResult?.Invoke(late);
        }
        catch (Exception)
        {
            // Given up already: the caller has heard of the time-out.
        }
        finally
        {
            cancellation.Dispose();
        }
    }
}
