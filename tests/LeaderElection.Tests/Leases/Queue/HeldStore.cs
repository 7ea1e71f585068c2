namespace LeaderElection.Tests;

/// <summary>A store that is asked in batches, and answers each when the test says so.</summary>
internal sealed class HeldStore(int batchLimit) : IBatchLeaseStore
{
    public int BatchLimit => batchLimit;

    /// <summary>What it was asked, in order.</summary>
    public List<HeldCall> Calls { get; } = [];

    public HeldCall Latest => Calls[^1];

    public Task<IReadOnlyList<LeaseAnswer>> AcquireAsync(
        IReadOnlyList<LeaseClaim> claims, CancellationToken cancellationToken) => AskAsync<LeaseAnswer>(
        StoreOperation.Acquire, [.. claims.Select(claim => claim.ElectionName)],
        [.. claims.Select(claim => new LeaseAnswer.Granted(LeaseOf(claim.ElectionName)))]);

    public Task<IReadOnlyList<LeaseAnswer>> RenewAsync(
        IReadOnlyList<LeaseRenewal> renewals, CancellationToken cancellationToken) => AskAsync<LeaseAnswer>(
        StoreOperation.Renew, [.. renewals.Select(renewal => renewal.Term.ElectionName)],
        [.. renewals.Select(renewal => new LeaseAnswer.Granted(LeaseOf(renewal.Term.ElectionName)))]);

    public Task<IReadOnlyList<bool?>> ReleaseAsync(
        IReadOnlyList<LeaseTerm> terms, CancellationToken cancellationToken) => AskAsync<bool?>(
        StoreOperation.Release, [.. terms.Select(term => term.ElectionName)], [.. terms.Select(_ => (bool?)true)]);

    public Task<IReadOnlyList<Lease?>> ReadAsync(
        IReadOnlyList<string> electionNames, CancellationToken cancellationToken) => AskAsync<Lease?>(
        StoreOperation.Read, [.. electionNames], [.. electionNames.Select(LeaseOf)]);

    public Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The queue asks in batches.");

    public Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The queue asks in batches.");

    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The queue asks in batches.");

    public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The queue asks in batches.");

    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) =>
        Task.FromResult(0);

    public ILeaseSubscription Subscribe(string electionName, Action onHint) => throw new NotSupportedException();

    private static Lease LeaseOf(string electionName) => new()
    {
        InstanceId = $"leader of {electionName}",
        FencingToken = 1,
        AcquiredAt = default,
        ExpiresAt = default,
        Remaining = TimeSpan.FromSeconds(10),
    };

    private async Task<IReadOnlyList<T>> AskAsync<T>(
        StoreOperation operation, IReadOnlyList<string> elections, IReadOnlyList<T> usual)
    {
        var call = new HeldCall(operation, elections);
        Calls.Add(call);
        return (IReadOnlyList<T>)(await call.Answer.Task.ConfigureAwait(false) ?? usual);
    }
}

/// <param name="Operation">What was asked.</param>
/// <param name="Elections">For which, in order.</param>
internal sealed record HeldCall(StoreOperation Operation, IReadOnlyList<string> Elections)
{
    public TaskCompletionSource<object?> Answer { get; } = new();

    public string Text => $"{Operation} {string.Join(' ', Elections)}";

    /// <summary>Everybody gets what he asks for.</summary>
    public void Grant() => Answer.SetResult(null);

    public void GiveAnswers<T>(params T[] answers) => Answer.SetResult(answers);
}
