namespace LeaderElection.Contracts;

/// <summary>What the store contracts need from whoever runs them.</summary>
public abstract class LeaseStoreContractBase : IAsyncLifetime
{
    protected const string Election = "orders";

    /// <summary>How long the leases of the tests last; short where time is real.</summary>
    protected virtual TimeSpan Lease => TimeSpan.FromSeconds(10);

    /// <summary>How late this machine may look at a lease; more than nothing where time is real.</summary>
    protected virtual TimeSpan Tolerance => TimeSpan.Zero;

    /// <summary>What is added to a wait to be surely past a deadline.</summary>
    protected virtual TimeSpan Grain => TimeSpan.FromMilliseconds(1);

    protected ILeaseStore Store { get; private set; } = null!;

    /// <summary>Another store object that keeps its leases in the same place.</summary>
    protected ILeaseStore Other { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Store = await CreateStoreAsync();
        Other = await CreateOtherStoreAsync();
        await Store.InitializeAsync(Token);
        await Other.InitializeAsync(Token);
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A store on an empty place of its own. Called once per test.</summary>
    protected abstract Task<ILeaseStore> CreateStoreAsync();

    /// <summary>Another store on the same place; the same object where it has no other.</summary>
    protected abstract Task<ILeaseStore> CreateOtherStoreAsync();

    /// <summary>Lets time pass on the store's clock.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    protected LeaseClaim Claim(string instanceId, TimeSpan? leaseDuration = null) =>
        new(Election, instanceId, leaseDuration ?? Lease, LockId: 4711, Endpoint: null);

    protected async Task<Lease> AcquireAsync(string instanceId, TimeSpan? leaseDuration = null)
    {
        var answer = await Store.AcquireAsync(Claim(instanceId, leaseDuration), Token);
        answer.Outcome.ShouldBe(LeaseOutcome.Granted, $"{instanceId} should get the lease");
        return answer.Lease.ShouldNotBeNull();
    }

    /// <summary>Never longer than expected, and shorter by the tolerance at the most.</summary>
    protected void ShouldBeAbout(TimeSpan remaining, TimeSpan expected)
    {
        remaining.ShouldBeLessThanOrEqualTo(expected);
        remaining.ShouldBeGreaterThanOrEqualTo(expected - Tolerance);
    }
}
