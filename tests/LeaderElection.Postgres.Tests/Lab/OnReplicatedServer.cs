using LeaderElection.Lab;

namespace LeaderElection.Postgres.Tests;

/// <summary>Tests that each need a primary and a standby of their own, because they break them.</summary>
public abstract class OnReplicatedServer : IAsyncLifetime
{
    private ReplicatedServer? _pair;

    protected ReplicatedServer Pair => _pair ?? throw new InvalidOperationException("The pair was not started.");

    public async ValueTask InitializeAsync() => _pair = await ReplicatedServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_pair is not null)
            await _pair.DisposeAsync();
    }
}
