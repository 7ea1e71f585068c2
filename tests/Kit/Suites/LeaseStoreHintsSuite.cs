namespace LeaderElection.Kit;

/// <summary>
/// When a store tells that a lease may have changed hands. That something is not told is shown by a later change that
/// is: hints of one place arrive in the order of what caused them.
/// </summary>
public abstract class LeaseStoreHintsSuite(StoresUnderTest stores) : StoreSuite(stores)
{
    [Fact]
    public async Task Everybody_is_told_of_an_acquire_and_of_a_release()
    {
        using var mine = await ListenAsync(Store, Election);
        using var others = await ListenAsync(Other, Election);

        var held = await AcquireAsync("a");
        await WaitUntilAsync(() => mine.Hints >= 1 && others.Hints >= 1);

        await Store.ReleaseAsync(Election, held.FencingToken, Token);
        await WaitUntilAsync(() => mine.Hints >= 2 && others.Hints >= 2);

        others.Hints.ShouldBe(2);
    }

    [Fact]
    public async Task A_renewal_and_a_denial_are_not_told()
    {
        var held = await AcquireAsync("a");
        using var listener = await ListenAsync(Other, Election);

        await Store.RenewAsync(Election, held.FencingToken, Lease, Token);
        await Store.AcquireAsync(Claim("b"), Token);
        await Store.ReleaseAsync(Election, held.FencingToken + 1, Token);
        await Store.ReleaseAsync(Election, held.FencingToken, Token);
        await WaitUntilAsync(() => listener.Hints >= 1);

        listener.Hints.ShouldBe(1);
    }

    [Fact]
    public async Task What_happens_in_another_election_is_not_told()
    {
        using var listener = await ListenAsync(Other, Election);

        await Store.AcquireAsync(Claim("a") with { ElectionName = Election + "-archive" }, Token);
        await Store.AcquireAsync(Claim("a") with { ElectionName = "o" }, Token);
        await AcquireAsync("a");
        await WaitUntilAsync(() => listener.Hints >= 1);

        listener.Hints.ShouldBe(1);
    }

    [Fact]
    public async Task A_disposed_subscription_is_told_nothing_and_its_neighbour_goes_on()
    {
        var gone = await ListenAsync(Other, Election);
        using var stays = await ListenAsync(Other, Election);
        gone.Dispose();
        gone.Dispose();

        await AcquireAsync("a");
        await WaitUntilAsync(() => stays.Hints >= 1);

        gone.Hints.ShouldBe(0);
    }

    private async Task<Listener> ListenAsync(ILeaseStore store, string electionName)
    {
        var listener = new Listener(store, electionName);
        await WaitUntilAsync(() => listener.IsListening);
        await Stores.SettleAsync(Store);
        await Stores.SettleAsync(Other);
        listener.Forget();
        return listener;
    }

    private Task WaitUntilAsync(Func<bool> condition) => Stores.WaitUntilAsync(condition);

    /// <summary>Counts hints.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly ILeaseSubscription _subscription;
        private int _hints;

        public Listener(ILeaseStore store, string electionName) =>
            _subscription = store.Subscribe(electionName, () => Interlocked.Increment(ref _hints));

        public int Hints => Volatile.Read(ref _hints);

        public bool IsListening => _subscription.IsListening;

        public void Forget() => Interlocked.Exchange(ref _hints, 0);

        public void Dispose() => _subscription.Dispose();
    }
}
