namespace LeaderElection.Tests;

/// <summary>Takes the in-memory store through the store suites; its place is the object itself.</summary>
internal sealed class InMemoryStores : StoresUnderTest
{
    private readonly ManualClock _clock = new();
    private InMemoryLeaseStore? _store;

    public override Task<ILeaseStore> CreateAsync() =>
        Task.FromResult<ILeaseStore>(_store = new InMemoryLeaseStore(_clock));

    public override Task<ILeaseStore> CreateOtherAsync() => Task.FromResult<ILeaseStore>(_store!);

    public override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }

    public override Task WaitUntilAsync(Func<bool> condition)
    {
        condition().ShouldBeTrue("in memory, hints arrive before the call returns");
        return Task.CompletedTask;
    }
}
