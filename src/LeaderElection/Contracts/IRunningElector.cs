namespace LeaderElection;

/// <summary>What a host starts and stops: the one seam between electors and everything around them.</summary>
internal interface IRunningElector : IElector, IAsyncDisposable
{
    Task StartAsync(CancellationToken cancellationToken = default);

    Task StopAsync(CancellationToken cancellationToken = default);
}
