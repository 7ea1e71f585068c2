using LeaderElection.Contracts;

namespace LeaderElection.Tests;

public class InMemoryHintsTests : LeaseStoreHintsContract
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

    protected override Task WaitUntilAsync(Func<bool> condition)
    {
        condition().ShouldBeTrue("in memory, hints arrive before the call returns");
        return Task.CompletedTask;
    }
}
