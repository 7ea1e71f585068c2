namespace LeaderElection.Tests;

/// <summary>A queue before a store that answers when the test says so, on a clock that the test moves.</summary>
public abstract class QueueTests
{
    protected const int BatchLimit = 8;

    private readonly HeldStore _store = new(BatchLimit);
    private readonly StoreQueue _queue;

    protected QueueTests() => _queue = new StoreQueue(_store, Clock);

    protected static TimeSpan Limit => TimeSpan.FromSeconds(2);

    protected ManualClock Clock { get; } = new();

    /// <summary>The answers that came too late.</summary>
    protected List<LeaseAnswer> Late { get; } = [];

    private protected HeldStore Store => _store;

    protected IEnumerable<string> Sent => _store.Calls.Select(call => call.Text);

    protected void Join(int electors)
    {
        for (var i = 0; i < electors; i++)
            _queue.Join();
    }

    protected void Leave(int electors)
    {
        for (var i = 0; i < electors; i++)
            _queue.Leave();
    }

    private protected Task<LeaseAnswer> RenewAsync(string election, TimeSpan? limit = null) => _queue.RenewAsync(
        new LeaseRenewal(new LeaseTerm(election, 1), TimeSpan.FromSeconds(10)), limit ?? Limit, CancellationToken.None);

    private protected Task<bool> ReleaseAsync(string election) =>
        _queue.ReleaseAsync(new LeaseTerm(election, 1), Limit, CancellationToken.None);

    private protected Task<Reply<LeaseAnswer>?> AcquireAsync(string election, CancellationToken withdrawal = default) =>
        _queue.AcquireAsync(
            Claims.Of(election, "me", TimeSpan.FromSeconds(10)), Limit, StoreQueue.PatienceOfFollowers, Late.Add,
            withdrawal);

    private protected Task<Reply<Lease?>?> LookAsync(string election) =>
        _queue.ReadAsync(election, Limit, StoreQueue.PatienceOfFollowers, CancellationToken.None);
}
