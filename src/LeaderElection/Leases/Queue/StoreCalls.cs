namespace LeaderElection;

/// <summary>The four questions that are asked of a store for many elections at once, or for one where it knows no
/// more. Each call is one attempt of the store.</summary>
internal sealed record StoreCalls(
    int BatchLimit,
    StoreCalls.Call<LeaseRenewal, LeaseAnswer> Renew,
    StoreCalls.Call<LeaseTerm, bool?> Release,
    StoreCalls.Call<LeaseClaim, LeaseAnswer> Acquire,
    StoreCalls.Call<string, Lease?> Read)
{
    public delegate Task<IReadOnlyList<TAnswer>> Call<TAsk, TAnswer>(
        IReadOnlyList<TAsk> asks, CancellationToken cancellationToken);

    public static StoreCalls Of(ILeaseStore store) => store is IBatchLeaseStore batches ? Of(batches) : OneByOne(store);

    private static StoreCalls Of(IBatchLeaseStore store) =>
        new(store.BatchLimit, store.RenewAsync, store.ReleaseAsync, store.AcquireAsync, store.ReadAsync);

    private static StoreCalls OneByOne(ILeaseStore store) => new(
        BatchLimit: 1,
        Renew: Single<LeaseRenewal, LeaseAnswer>((ask, token) =>
            store.RenewAsync(ask.Term.ElectionName, ask.Term.FencingToken, ask.LeaseDuration, token)),
        Release: Single<LeaseTerm, bool?>(async (ask, token) =>
            await store.ReleaseAsync(ask.ElectionName, ask.FencingToken, token).ConfigureAwait(false)),
        Acquire: Single<LeaseClaim, LeaseAnswer>(store.AcquireAsync),
        Read: Single<string, Lease?>(store.ReadAsync));

    private static Call<TAsk, TAnswer> Single<TAsk, TAnswer>(Func<TAsk, CancellationToken, Task<TAnswer>> call) =>
        async (asks, token) => [await call(asks[0], token).ConfigureAwait(false)];
}
