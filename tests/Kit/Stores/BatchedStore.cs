namespace LeaderElection.Kit;

/// <summary>Puts every single call into the middle of a list, between elections that nobody asks for.</summary>
public sealed class BatchedStore(IBatchLeaseStore store) : ILeaseStore
{
    private const int Middle = 2;
    private static readonly TimeSpan LongerThanAnyTest = TimeSpan.FromDays(1);

    private int _calls;

    public Task InitializeAsync(CancellationToken cancellationToken) => store.InitializeAsync(cancellationToken);

    public async Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        // A neighbour is free when it is new, and held when it is not.
        var answers = await store.AcquireAsync(
            Around(claim, name => claim with
            {
                ElectionName = name, InstanceId = name, LeaseDuration = LongerThanAnyTest, Endpoint = null,
                Outlived = null, ClockJumpTolerance = TimeSpan.Zero, LockId = claim.LockId + name.Length,
            }),
            cancellationToken);
        foreach (var answer in answers.Where((_, index) => index != Middle))
            (answer.Lease?.InstanceId ?? "neighbour").ShouldStartWith("neighbour");
        return answers[Middle];
    }

    public async Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        var answers = await store.RenewAsync(
            Around(new LeaseRenewal(new LeaseTerm(electionName, fencingToken), leaseDuration), name =>
                new LeaseRenewal(new LeaseTerm(name, -1), leaseDuration)),
            cancellationToken);
        answers.Where((_, index) => index != Middle).ShouldAllBe(answer => answer is LeaseAnswer.Lost);
        return answers[Middle];
    }

    public async Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answers = await store.ReleaseAsync(
                Around(new LeaseTerm(electionName, fencingToken), name => new LeaseTerm(name, -1)), cancellationToken);
            answers.Where((_, index) => index != Middle).ShouldAllBe(wasHeld => wasHeld == false);
            if (answers[Middle] is { } answer)
                return answer;
        }
    }

    public async Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) =>
        (await store.ReadAsync(Around(electionName, name => name), cancellationToken))[Middle];

    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) =>
        store.DeleteExpiredAsync(expiredFor, cancellationToken);

    public ILeaseSubscription Subscribe(string electionName, Action onHint) => store.Subscribe(electionName, onHint);

    private T[] Around<T>(T request, Func<string, T> neighbour) =>
    [
        neighbour("neighbour before"),
        neighbour($"neighbour before {Interlocked.Increment(ref _calls)} {GetHashCode()}"),
        request,
        neighbour("neighbour after"),
    ];
}
