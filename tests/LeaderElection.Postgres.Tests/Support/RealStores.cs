namespace LeaderElection.Postgres.Tests;

/// <summary>Takes the store through the store suites on a real Postgres, where time is real.</summary>
/// <param name="server">Where the leases are.</param>
/// <param name="connectionString">The stores' way there; the server's own when null.</param>
internal class RealStores(TestServer server, string? connectionString = null) : StoresUnderTest
{
    protected const string Schema = "suite";

    private readonly List<PostgresLeaseStore> _stores = [];
    private PostgresLeaseOptions _options = new();

    public override TimeSpan Lease => TimeSpan.FromMilliseconds(600);

    public override TimeSpan Tolerance => TimeSpan.FromMilliseconds(400);

    public override TimeSpan Grain => TimeSpan.FromMilliseconds(20);

    public override async Task<ILeaseStore> CreateAsync()
    {
        _options = await server.NewSchemaAsync(Schema);
        return await CreateOtherAsync();
    }

    public override Task<ILeaseStore> CreateOtherAsync()
    {
        var store = new PostgresLeaseStore(connectionString ?? server.ConnectionString, _options);
        _stores.Add(store);
        return Task.FromResult<ILeaseStore>(store);
    }

    // The database's clock cannot be set here: this is the one place where a test waits for time to pass.
    // The database waits, not this process: a timer here may be a little early, and then the lease has more left than
    // it may.
    public override Task PassAsync(TimeSpan time) =>
        server.QueryAsync<string>("SELECT pg_sleep(@seconds)::text", new { seconds = time.TotalSeconds });

    public override Task WaitUntilAsync(Func<bool> condition) => Eventually.TrueAsync(condition);

    // The hint that a store gives when it begins to listen comes just after IsListening: a later one comes after it,
    // and to later subscriptions last.
    public override async Task SettleAsync(ILeaseStore store)
    {
        var hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = store.Subscribe("settle", () => hinted.TrySetResult());
        await AnnounceAsync("settle");
        await hinted.Task.WaitAsync(TestTime.Patience);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        await base.DisposeAsync();
    }

    private Task<string> AnnounceAsync(string electionName) => server.QueryAsync<string>(
        "SELECT pg_notify(@channel, @announcement)::text",
        new
        {
            channel = new LeaseTable(_options.Schema, _options.TableName).Channel,
            announcement = LeaseListener.PayloadFor(electionName),
        });
}
