using LeaderElection.Tests;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An in-memory store that can be down, throwing or silent.</summary>
public sealed class BreakableStore(ManualClock clock) : ILeaseStore
{
    private readonly InMemoryLeaseStore _leases = new(clock);

    public bool IsDown { get; set; }

    public bool Hangs { get; set; }

    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken) =>
        AskAsync(() => _leases.AcquireAsync(claim, cancellationToken));

    public Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken) =>
        AskAsync(() => _leases.RenewAsync(electionName, fencingToken, leaseDuration, cancellationToken));

    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken) =>
        AskAsync(() => _leases.ReleaseAsync(electionName, fencingToken, cancellationToken));

    public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) =>
        AskAsync(() => _leases.ReadAsync(electionName, cancellationToken));

    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) =>
        AskAsync(() => _leases.DeleteExpiredAsync(expiredFor, cancellationToken));

    public ILeaseSubscription Subscribe(string electionName, Action onHint) => _leases.Subscribe(electionName, onHint);

    private Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        if (Hangs)
            return new TaskCompletionSource<T>().Task;
        return IsDown ? Task.FromException<T>(new IOException("The store is down.")) : ask();
    }
}
