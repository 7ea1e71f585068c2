using LeaderElection.Contracts;

namespace LeaderElection.Postgres.Tests;

public sealed class PostgresStoreContractTests(TestServer server) : LeaseStoreContract
{
    private readonly RealStores _stores = new(server);

    protected override TimeSpan Lease => RealStores.Lease;

    protected override TimeSpan Tolerance => RealStores.Tolerance;

    protected override TimeSpan Grain => RealStores.Grain;

    public override async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task<ILeaseStore> CreateStoreAsync() => _stores.CreateAsync();

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => _stores.CreateOtherAsync();

    protected override Task PassAsync(TimeSpan time) => _stores.PassAsync(time);
}

public sealed class PostgresStoreTermsContractTests(TestServer server) : LeaseStoreTermsContract
{
    private readonly RealStores _stores = new(server);

    protected override TimeSpan Lease => RealStores.Lease;

    protected override TimeSpan Tolerance => RealStores.Tolerance;

    protected override TimeSpan Grain => RealStores.Grain;

    public override async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task<ILeaseStore> CreateStoreAsync() => _stores.CreateAsync();

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => _stores.CreateOtherAsync();

    protected override Task PassAsync(TimeSpan time) => _stores.PassAsync(time);
}

public sealed class PostgresStoreHintsContractTests(TestServer server) : LeaseStoreHintsContract
{
    private readonly RealStores _stores = new(server);

    protected override TimeSpan Lease => RealStores.Lease;

    protected override TimeSpan Tolerance => RealStores.Tolerance;

    protected override TimeSpan Grain => RealStores.Grain;

    public override async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task<ILeaseStore> CreateStoreAsync() => _stores.CreateAsync();

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => _stores.CreateOtherAsync();

    protected override Task PassAsync(TimeSpan time) => _stores.PassAsync(time);

    protected override async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
    }

    // The hint that a store gives when it begins to listen comes just after IsListening: a later one comes after it,
    // and to later subscriptions last.
    protected override async Task SettleAsync(Listener listener)
    {
        foreach (var store in new[] { Store, Other })
        {
            var hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = store.Subscribe("settle", () => hinted.TrySetResult());
            await _stores.AnnounceAsync("settle");
            await hinted.Task.WaitAsync(TestTime.Patience);
        }
    }
}
