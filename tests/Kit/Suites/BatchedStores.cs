namespace LeaderElection.Kit;

/// <summary>Takes a store through the suites in such a way that every single call is one in the middle of a
/// list.</summary>
/// <param name="stores">Makes stores that take lists.</param>
public sealed class BatchedStores(StoresUnderTest stores) : StoresUnderTest
{
    public override TimeSpan Lease => stores.Lease;

    public override TimeSpan Tolerance => stores.Tolerance;

    public override TimeSpan Grain => stores.Grain;

    public override async Task<ILeaseStore> CreateAsync() =>
        new BatchedStore((IBatchLeaseStore)await stores.CreateAsync());

    public override async Task<ILeaseStore> CreateOtherAsync() =>
        new BatchedStore((IBatchLeaseStore)await stores.CreateOtherAsync());

    public override Task PassAsync(TimeSpan time) => stores.PassAsync(time);

    public override Task WaitUntilAsync(Func<bool> condition) => stores.WaitUntilAsync(condition);

    public override Task SettleAsync(ILeaseStore store) => stores.SettleAsync(store);

    public override async ValueTask DisposeAsync()
    {
        await stores.DisposeAsync();
        await base.DisposeAsync();
    }
}
