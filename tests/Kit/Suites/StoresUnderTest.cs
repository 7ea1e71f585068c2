namespace LeaderElection.Kit;

/// <summary>Makes stores, and lets time pass for them: what the store suites need from whoever runs them.</summary>
public abstract class StoresUnderTest : IAsyncDisposable
{
    /// <summary>How long the leases of the tests last; short where time is real.</summary>
    public virtual TimeSpan Lease => TimeSpan.FromSeconds(10);

    /// <summary>How late this machine may look at a lease; more than nothing where time is real.</summary>
    public virtual TimeSpan Tolerance => TimeSpan.Zero;

    /// <summary>What is added to a wait to be surely past a deadline.</summary>
    public virtual TimeSpan Grain => TimeSpan.FromMilliseconds(1);

    /// <summary>A store on an empty place of its own. Called once, before all others.</summary>
    public abstract Task<ILeaseStore> CreateAsync();

    /// <summary>Another store on the same place; the same object where it has no other.</summary>
    public abstract Task<ILeaseStore> CreateOtherAsync();

    /// <summary>Lets time pass on the store's clock.</summary>
    public abstract Task PassAsync(TimeSpan time);

    /// <summary>Returns when the condition holds; fails after a while where hints take their time.</summary>
    public abstract Task WaitUntilAsync(Func<bool> condition);

    /// <summary>A store that hints when it begins to listen has done so when this returns.</summary>
    public virtual Task SettleAsync(ILeaseStore store) => Task.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
