using LeaderElection.Lab;

namespace LeaderElection.Postgres.Tests;

/// <summary>PgBouncer in transaction mode with one connection to the server, for the tests of one class.</summary>
public sealed class SmallPooler(TestServer server) : IAsyncLifetime
{
    private PgBouncer? _pooler;

    public string ConnectionString =>
        _pooler?.ConnectionString ?? throw new InvalidOperationException("The pooler was not started.");

    public async ValueTask InitializeAsync() =>
        _pooler = await PgBouncer.StartAsync(server.ConnectionString, poolSize: 1);

    public async ValueTask DisposeAsync()
    {
        if (_pooler is not null)
            await _pooler.DisposeAsync();
    }
}
