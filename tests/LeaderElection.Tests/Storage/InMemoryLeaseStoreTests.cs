using LeaderElection.Contracts;

namespace LeaderElection.Tests;

public class InMemoryLeaseStoreTests : LeaseStoreContract
{
    private readonly ManualClock _clock = new();
    private InMemoryLeaseStore? _store;

    [Fact]
    public async Task Setting_the_wall_clock_neither_ends_nor_prolongs_a_lease()
    {
        await AcquireAsync("a");

        _clock.SetWall(TimeSpan.FromHours(5));
        ShouldBeAbout((await Store.ReadAsync(Election, Token))!.Remaining, Lease);

        _clock.SetWall(TimeSpan.FromHours(-10));
        _clock.Advance(Lease);
        (await Store.ReadAsync(Election, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lease_ends_at_its_end_and_not_before()
    {
        await AcquireAsync("a");
        _clock.Advance(Lease - TimeSpan.FromTicks(1));
        (await Store.ReadAsync(Election, Token)).ShouldNotBeNull();

        _clock.Advance(TimeSpan.FromTicks(1));

        (await Store.ReadAsync(Election, Token)).ShouldBeNull();
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var store = new InMemoryLeaseStore();
        Should.Throw<ArgumentNullException>(() => store.AcquireAsync(null!, Token)).ParamName.ShouldBe("claim");
        Should.Throw<ArgumentException>(() => store.Subscribe("", () => { })).ParamName.ShouldBe("electionName");
        Should.Throw<ArgumentNullException>(() => store.Subscribe("x", null!)).ParamName.ShouldBe("onHint");
    }

    protected override Task<ILeaseStore> CreateStoreAsync() =>
        Task.FromResult<ILeaseStore>(_store = new InMemoryLeaseStore(_clock));

    protected override Task<ILeaseStore> CreateOtherStoreAsync() => Task.FromResult<ILeaseStore>(_store!);

    protected override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }
}
