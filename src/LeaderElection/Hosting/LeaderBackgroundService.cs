using Microsoft.Extensions.Hosting;

namespace LeaderElection;

/// <summary>A hosted service that works in whichever instance leads.</summary>
/// <remarks>
/// A step-down waits until <see cref="ExecuteAsLeaderAsync"/> has returned, at most
/// <see cref="LeaderElectionOptions.DrainTimeout"/>. If it throws while this instance leads, the leadership is given
/// away and the host treats the exception as one of any <see cref="BackgroundService"/>.
/// </remarks>
/// <param name="elector">The elector whose leadership the work needs.</param>
public abstract class LeaderBackgroundService(ILeaderElector elector) : BackgroundService
{
    /// <summary>The work: called once in every term of this instance. May return before the term is over.</summary>
    /// <param name="leadership">The term.</param>
    /// <param name="cancellationToken">Cancelled when the term ends or the host stops; return soon after.</param>
    protected abstract Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken);

    /// <summary>Waits for leadership, term after term.</summary>
    /// <param name="stoppingToken">Cancelled when the host stops.</param>
    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) =>
        elector.RunAsLeaderAsync(RunForTermAsync, stoppingToken);

    private async Task RunForTermAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        await ExecuteAsLeaderAsync(leadership, cancellationToken).ConfigureAwait(false);

        // The term is not over: staying here is what keeps the work from being called twice in it.
        var ended = new TaskCompletionSource();
        using var registration = cancellationToken.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(), ended);
        await ended.Task.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
