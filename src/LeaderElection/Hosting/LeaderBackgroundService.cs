using Microsoft.Extensions.Hosting;

namespace LeaderElection;

/// <summary>A hosted service that works in whichever instance leads.</summary>
/// <remarks>
/// <para>
/// A step-down waits until <see cref="ExecuteAsLeaderAsync"/> has returned, at most
/// <see cref="LeaderElectionOptions.DrainTimeout"/>.
/// </para>
/// <para>
/// If it throws while this instance leads, the error is logged and the leadership given away. This instance stands
/// aside for a back-off that grows with every failure in a row (see
/// <see cref="LeaderElectorExtensions.RunAsLeaderAsync"/>), and is then in the race again. The host goes on;
/// <see cref="WhenWorkFails"/> changes that.
/// </para>
/// </remarks>
/// <param name="elector">The elector whose leadership the work needs.</param>
public abstract class LeaderBackgroundService(ILeaderElector elector) : BackgroundService
{
    // The last that the work threw: what the elector throws is not the work's.
    private Exception? _thrown;

    /// <summary>What follows when the work throws while this instance leads. Read when it does.</summary>
    protected virtual WhenWorkFails WhenWorkFails => WhenWorkFails.TryAgain;

    /// <summary>What follows when the work returns while this instance leads. Read when it does.</summary>
    protected virtual WhenWorkReturns WhenWorkReturns => WhenWorkReturns.KeepLeading;

    /// <summary>The work: called once in every term of this instance. May return before the term is over; see
    /// <see cref="WhenWorkReturns"/>.</summary>
    /// <param name="leadership">The term.</param>
    /// <param name="cancellationToken">Cancelled when the term ends or the host stops; return soon after.</param>
    protected abstract Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken);

    /// <summary>Waits for leadership, term after term.</summary>
    /// <param name="stoppingToken">Cancelled when the host stops.</param>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await HasRunToTheEndAsync(stoppingToken).ConfigureAwait(false))
        {
            // The elector has logged why, and decides when this instance leads again.
        }
    }

    private async Task<bool> HasRunToTheEndAsync(CancellationToken stoppingToken)
    {
        try
        {
            await elector.RunAsLeaderAsync(RunForTermAsync, stoppingToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception == _thrown && !stoppingToken.IsCancellationRequested
            && WhenWorkFails == WhenWorkFails.TryAgain)
        {
            return false;
        }
    }

    private async Task RunForTermAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsLeaderAsync(leadership, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _thrown = exception;
            throw;
        }

        if (WhenWorkReturns == WhenWorkReturns.GiveAway && !cancellationToken.IsCancellationRequested)
            await elector.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);

        // The term is not over: staying here is what keeps the work from being called twice in it.
        var ended = new TaskCompletionSource();
        using var registration = cancellationToken.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(), ended);
        await ended.Task.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
