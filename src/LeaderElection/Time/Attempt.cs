namespace LeaderElection;

/// <summary>One call of a store, never waited for past its limit, whatever the driver does with its
/// cancellation.</summary>
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
        // Below zero would mean for ever.
        limit = limit > TimeSpan.Zero ? limit : TimeSpan.Zero;

        // Its own timer cancels the call, so that a driver which blocks in its cancellation callback blocks neither the
        // caller nor the timer that ends the wait below.
        var cancellation = new CancellationTokenSource(limit, clock);
        var result = StartAsync(call, cancellation.Token);
        try
        {
            var answer = await result.WaitAsync(limit, clock).ConfigureAwait(false);
            cancellation.Dispose();
            return answer;
        }
        catch (Exception exception) when (result.IsFaulted && exception is not OperationCanceledException)
        {
            cancellation.Dispose();
            throw;
        }
        catch (Exception exception)
        {
            // Given up, even if the answer has come since.
            _ = AwaitLateAsync(result, cancellation, onLateResult);
            throw new TimeoutException($"No answer within {limit.TotalMilliseconds:0} ms.", exception);
        }
    }

    // An exception thrown before the first await becomes the task's, too.
    private static async Task<T> StartAsync<T>(
        Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await call(cancellationToken).ConfigureAwait(false);

    private static async Task AwaitLateAsync<T>(
        Task<T> result, CancellationTokenSource cancellation, Action<T>? onLateResult)
    {
        try
        {
            var late = await result.ConfigureAwait(false);
            onLateResult?.Invoke(late);
        }
        catch (Exception)
        {
            // The caller has heard of the time-out.
        }
        finally
        {
            cancellation.Dispose();
        }
    }
}
