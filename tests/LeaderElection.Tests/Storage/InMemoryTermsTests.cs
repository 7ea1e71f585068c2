using LeaderElection.Contracts;

namespace LeaderElection.Tests;

public class InMemoryTermsTests : LeaseStoreTermsContract
{
    private readonly ManualClock _clock = new();
    private InMemoryLeaseStore? _store;

    protected override Task<ILeaseStore> CreateStoreAsync() =>
        Task.FromResult<ILeaseStore>(_store = new InMemoryLeaseStore(_clock));

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => Task.FromResult<ILeaseStore>(_store!);

    protected override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }
}
