using System.Runtime.CompilerServices;

namespace LeaderElection;

/// <summary>What the electors of one process have in common that use one store by one clock. Safe to use from any
/// thread.</summary>
internal sealed class SharedStore
{
    private static readonly ConditionalWeakTable<ILeaseStore, ConditionalWeakTable<TimeProvider, SharedStore>> All = [];

    private SharedStore(ILeaseStore store, TimeProvider clock)
    {
        Readiness = new Readiness(store, clock);
        Queue = new StoreQueue(store, clock);
    }

    public Readiness Readiness { get; }

    public StoreQueue Queue { get; }

    public static SharedStore Of(ILeaseStore store, TimeProvider clock) =>
        All.GetOrCreateValue(store).GetValue(clock, time => New(store, time));

    // Nothing of the first elector's context may live on in the queue's timer.
    private static SharedStore New(ILeaseStore store, TimeProvider clock)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return new SharedStore(store, clock);
        using (ExecutionContext.SuppressFlow())
            return new SharedStore(store, clock);
    }
}
