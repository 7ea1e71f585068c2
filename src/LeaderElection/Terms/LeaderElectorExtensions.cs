namespace LeaderElection;

/// <summary>Ways to use an <see cref="ILeaderElector"/>.</summary>
public static class LeaderElectorExtensions
{
    /// <summary>
    /// Waits for leadership and runs <paramref name="work"/>. When the term is lost before the work has ended, waits
    /// for the next one and runs it again; returns when the work ran to its end in a term that was still held, or when
    /// the elector was stopped.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The work is told to stop, by a token of its own, before another instance can lead; a step-down waits for it to
    /// end, up to <see cref="LeaderElectionOptions.DrainTimeout"/>.
    /// </para>
    /// <para>
    /// When the work returns, this instance goes on leading, with nobody at work; to give the leadership away instead,
    /// call <see cref="ILeaderElector.ReleaseAsync"/> after it.
    /// </para>
    /// <para>
    /// Work that throws while it leads ends the leadership, so that another instance may try, and the exception is
    /// thrown to the caller; but a <see cref="LeadershipLostException"/> is taken for the end of the term, and the work
    /// runs again in the next. This instance does not run for office before this method is called again on its elector,
    /// by whomever, and not before a back-off
    /// is over: one lease after the first failure, twice as long after each further one in a row, five minutes at the
    /// most (or a lease, where that is longer), of each a random half to whole. A term in which no work failed ends the
    /// row. <see cref="ElectorStatus.WorkFailure"/> tells of it.
    /// </para>
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

        // An elector that wraps another is none: whoever works under it cannot be missed.
        var workplace = elector as IWorkplace;
        workplace?.OnWorkerCame();
        await foreach (var _ in elector.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (elector.Current is not { } leadership)
                continue;
            var term = Term.Of(leadership);
            if (term.TryBeginWork() is not { } begun)
                continue;

            try
            {
                await RunWorkAsync(term, begun, () => work(leadership, begun.Stop), cancellationToken)
                    .ConfigureAwait(false);
                if (term.IsHeld)
                    return;
            }
            catch (Exception exception) when (!term.IsHeld && !cancellationToken.IsCancellationRequested)
            {
                term.ReportEndOfWork(exception);
            }
            catch (LeadershipLostException) when (!cancellationToken.IsCancellationRequested)
            {
                // Somebody knows before the clock: a fence was told by the database that the term is over.
                await elector.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                workplace?.OnWorkerFailed();
                term.ReportFailureOfWork(exception);
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

    private static async Task RunWorkAsync(
        Term term, TermWork begun, Func<Task> work, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((TermWork)state!).Cancel(), begun);
        begun.Enter();
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            // Does not wait for a callback that is running, as disposal would.
            registration.Unregister();
            term.EndWork(begun);
        }
    }
}
