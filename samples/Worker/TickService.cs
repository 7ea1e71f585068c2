using LeaderElection;
using Microsoft.Extensions.Logging;

namespace Worker;

/// <summary>Ticks in whichever instance leads.</summary>
internal sealed class TickService(ILeaderElector elector, ILogger<TickService> logger)
    : LeaderBackgroundService(elector)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            logger.LogInformation("Tick in term {FencingToken}.", leadership.FencingToken);
    }
}
