namespace LeaderElection.Kit;

/// <summary>What the store suites have in common.</summary>
public abstract class StoreSuite(StoresUnderTest stores) : IAsyncLifetime
{
    protected const string Election = "orders";

    protected StoresUnderTest Stores => stores;

    protected TimeSpan Lease => stores.Lease;

    protected TimeSpan Tolerance => stores.Tolerance;

    protected TimeSpan Grain => stores.Grain;

    protected ILeaseStore Store { get; private set; } = null!;

    /// <summary>Another store object that keeps its leases in the same place.</summary>
    protected ILeaseStore Other { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = await stores.CreateAsync();
        Other = await stores.CreateOtherAsync();
        await Store.InitializeAsync(Token);
        await Other.InitializeAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await stores.DisposeAsync();
    }

    protected Task PassAsync(TimeSpan time) => stores.PassAsync(time);

    protected LeaseClaim Claim(string instanceId, TimeSpan? leaseDuration = null) => new()
    {
        ElectionName = Election,
        InstanceId = instanceId,
        LeaseDuration = leaseDuration ?? Lease,
        LockId = 4711,
    };

    protected async Task<Lease> AcquireAsync(string instanceId, TimeSpan? leaseDuration = null)
    {
        var answer = await Store.AcquireAsync(Claim(instanceId, leaseDuration), Token);
        answer.ShouldBeOfType<LeaseAnswer.Granted>($"{instanceId} should get the lease");
        return answer.Lease.ShouldNotBeNull();
    }

    /// <summary>Never longer than expected, and shorter by the tolerance at the most.</summary>
    protected void ShouldBeAbout(TimeSpan remaining, TimeSpan expected)
    {
        remaining.ShouldBeLessThanOrEqualTo(expected);
        remaining.ShouldBeGreaterThanOrEqualTo(expected - Tolerance);
    }
}
