namespace LeaderElection.Tests;

public class InMemoryLeaseStoreTests
{
    private const string Election = "orders";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private readonly ManualClock _clock = new();
    private readonly InMemoryLeaseStore _store;

    public InMemoryLeaseStoreTests() => _store = new InMemoryLeaseStore(_clock);

    [Fact]
    public async Task Setting_the_wall_clock_neither_ends_nor_prolongs_a_lease()
    {
        await AcquireAsync();

        _clock.SetWall(TimeSpan.FromHours(5));
        (await ReadAsync())!.Remaining.ShouldBe(Lease);

        _clock.SetWall(TimeSpan.FromHours(-10));
        _clock.Advance(Lease);
        (await ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_lease_ends_at_its_end_and_not_before()
    {
        await AcquireAsync();
        _clock.Advance(Lease - TimeSpan.FromTicks(1));
        (await ReadAsync()).ShouldNotBeNull();

        _clock.Advance(TimeSpan.FromTicks(1));

        (await ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var store = new InMemoryLeaseStore();
        Should.Throw<ArgumentNullException>(() => store.AcquireAsync(null!, default)).ParamName.ShouldBe("claim");
        Should.Throw<ArgumentException>(() => store.Subscribe("", () => { })).ParamName.ShouldBe("electionName");
        Should.Throw<ArgumentNullException>(() => store.Subscribe("x", null!)).ParamName.ShouldBe("onHint");
    }

    private Task<LeaseAnswer> AcquireAsync() =>
        _store.AcquireAsync(Claims.Of(Election, "a", Lease), default);

    private Task<Lease?> ReadAsync() => _store.ReadAsync(Election, default);
}
