namespace LeaderElection.Postgres.Tests;

/// <summary>What the store contracts need where the store is a real Postgres and time is real.</summary>
/// <param name="server">Where the leases are.</param>
/// <param name="connectionString">The stores' way there; the server's own when null.</param>
internal sealed class RealStores(TestServer server, string? connectionString = null) : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(600);
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(400);
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(20);

    private readonly List<PostgresLeaseStore> _stores = [];
    private PostgresLeaseOptions _options = new();

    public async Task<ILeaseStore> CreateAsync()
    {
        _options = await server.NewSchemaAsync("contract");
        return await CreateOtherAsync();
    }

    public Task<ILeaseStore> CreateOtherAsync()
    {
        var store = new PostgresLeaseStore(connectionString ?? server.ConnectionString, _options);
        _stores.Add(store);
        return Task.FromResult<ILeaseStore>(store);
    }

    // The database's clock cannot be set here: this is the one place where a test waits for time to pass.
    // The database waits, not this process: a timer here may be a little early, and then the lease has more left than it may.
    public Task PassAsync(TimeSpan time) =>
        server.QueryAsync<string>("SELECT pg_sleep(@seconds)::text", new { seconds = time.TotalSeconds });

    public Task AnnounceAsync(string electionName) => server.QueryAsync<string>(
        "SELECT pg_notify(@channel, @announcement)::text",
        new
        {
            channel = new LeaseTable(_options.Schema, _options.TableName).Channel,
            announcement = LeaseListener.PayloadFor(electionName),
        });

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
    }
}
