using Microsoft.Extensions.Hosting;

namespace LeaderElection;

/// <summary>
/// Starts and stops an elector with the host. Hosts stop their services in reverse order and one by one, so what is
/// registered later has stopped before the lease is given away.
/// </summary>
internal sealed class ElectorHostedService(LeaseElector elector) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => elector.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => elector.StopAsync(cancellationToken);
}
