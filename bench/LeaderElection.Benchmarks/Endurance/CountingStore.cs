namespace LeaderElection.Benchmarks;

/// <summary>Passes everything on, and counts the renewals and the terms that were granted.</summary>
internal sealed class CountingStore(ILeaseStore inner) : ILeaseStore
{
    private long _renewals;
    private long _terms;

    public long Renewals => Interlocked.Read(ref _renewals);

    public long Terms => Interlocked.Read(ref _terms);

    public Task InitializeAsync(CancellationToken cancellationToken) => inner.InitializeAsync(cancellationToken);

    public async Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        var answer = await inner.AcquireAsync(claim, cancellationToken);
        if (answer is LeaseAnswer.Granted)
            Interlocked.Increment(ref _terms);
        return answer;
    }

    public async Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        var answer = await inner.RenewAsync(electionName, fencingToken, leaseDuration, cancellationToken);
        if (answer is LeaseAnswer.Granted)
            Interlocked.Increment(ref _renewals);
        return answer;
    }

    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken) =>
        inner.ReleaseAsync(electionName, fencingToken, cancellationToken);

    public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) =>
        inner.ReadAsync(electionName, cancellationToken);

    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) =>
        inner.DeleteExpiredAsync(expiredFor, cancellationToken);

    public ILeaseSubscription Subscribe(string electionName, Action onHint) => inner.Subscribe(electionName, onHint);
}
