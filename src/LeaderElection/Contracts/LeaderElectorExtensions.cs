namespace LeaderElection;

/// <summary>Ways to use an <see cref="ILeaderElector"/>.</summary>
public static class LeaderElectorExtensions
{
    // The term on whose behalf the current flow of code runs; lets a step-down called from inside the work not wait
    // for that same work.
    private static readonly AsyncLocal<Leadership?> WorkingFor = new();

    /// <summary>
    /// Waits for leadership and runs <paramref name="work"/>. When the term is lost before the work has ended, waits
    /// for the next one and runs it again; returns when the work ran to its end in a term that was still held, or when
    /// the elector was stopped.
    /// </summary>
    /// <remarks>
    /// The work is told to stop, by its token, before another instance can lead; a step-down waits for it to end, up to
    /// <see cref="LeaderElectionOptions.DrainTimeout"/>. Work that throws while it leads ends the leadership, so that
    /// another instance may try, and the exception is thrown to the caller.
    /// </remarks>
    /// <param name="elector">The elector.</param>
    /// <param name="work">
    /// Gets the term and a token that is cancelled when the term ends or <paramref name="cancellationToken"/> is. What
    /// it throws after the term has ended is taken for the way it stopped, and logged unless it is a cancellation.
    /// </param>
    /// <param name="cancellationToken">Ends the wait and tells the work to stop.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task RunAsLeaderAsync(
        this ILeaderElector elector, Func<Leadership, CancellationToken, Task> work,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elector);
        ArgumentNullException.ThrowIfNull(work);

        await foreach (var _ in elector.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (elector.Current is not { } leadership || !leadership.TryBeginWork())
                continue;

            try
            {
                await RunWorkAsync(leadership, work, cancellationToken).ConfigureAwait(false);
                if (leadership.IsHeld)
                    return;
            }
            catch (Exception exception) when (!leadership.IsHeld && !cancellationToken.IsCancellationRequested)
            {
                leadership.ReportEndOfWork(exception);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                await elector.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Null when the changes ended without a term: the elector was stopped.</summary>
    internal static async Task<Leadership?> FirstTermAsync(
        this ILeaderElector elector, CancellationToken cancellationToken)
    {
        await foreach (var _ in elector.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (elector.Current is { } leadership)
                return leadership;
        }

        return null;
    }

    /// <summary>Whether the current flow of code is work of a term of that elector, over or not.</summary>
    internal static bool IsRunningInsideWorkOf(ITermHolder holder) => WorkingFor.Value?.Holder == holder;

    private static async Task RunWorkAsync(
        Leadership leadership, Func<Leadership, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost, cancellationToken);
        WorkingFor.Value = leadership;
        try
        {
            await work(leadership, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            leadership.EndWork();
        }
    }
}
