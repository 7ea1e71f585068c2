using Microsoft.Extensions.Hosting;

namespace LeaderElection;

/// <summary>
/// Starts and stops an elector with the host, unless it is one that nobody starts, as a fake. Hosts stop their services
/// in reverse order and one by one, so what is registered later has stopped before the leadership is given away. What
/// was created from the election while the app ran stops with it.
/// </summary>
internal sealed class ElectorHostedService(string name, IElector elector, CreatedElections created) : IHostedService
{
    private readonly IRunningElector? _elector = elector as IRunningElector;

    public Task StartAsync(CancellationToken cancellationToken) =>
        _elector?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        created.StopThoseOfAsync(name, cancellationToken),
        _elector?.StopAsync(cancellationToken) ?? Task.CompletedTask);
}
