namespace LeaderElection.Lab;

/// <summary>A throw-away Postgres whose wall clock can be stepped while it runs. Linux only.</summary>
public sealed class ClockedServer : IAsyncDisposable
{
    private readonly LocalCluster _cluster;

    private ClockedServer(LocalCluster cluster)
    {
        _cluster = cluster;
        Server = PostgresServer.Of(cluster);
    }

    public PostgresServer Server { get; }

    /// <exception cref="PostgresNotFoundException">Something is not installed; the message says what.</exception>
    public static async Task<ClockedServer> StartAsync(CancellationToken cancellationToken = default) => new(
        await LocalCluster.StartOnClockAsync(ServerBinaries.Require(), cancellationToken).ConfigureAwait(false));

    /// <summary>Steps the clock forward, or back when negative, in all sessions, old and new.</summary>
    public Task StepClockAsync(TimeSpan step) => _cluster.Clock!.StepAsync(step);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
