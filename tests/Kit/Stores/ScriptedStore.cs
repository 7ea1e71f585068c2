namespace LeaderElection.Kit;

public enum StoreOperation
{
    Initialize,
    Acquire,
    Renew,
    Release,
    Read,
    DeleteExpired,
}

/// <param name="Operation">What was called.</param>
/// <param name="At">When, in <see cref="ManualClock.Elapsed"/> of the store's clock.</param>
/// <param name="Who">The instance for an acquire, else the fencing token, else the election.</param>
public sealed record StoreCall(StoreOperation Operation, TimeSpan At, string Who);

/// <summary>An in-memory store whose next calls and whose hints misbehave as told. Shared by any number of
/// electors.</summary>
public sealed class ScriptedStore(ManualClock clock) : ILeaseStore
{
    private readonly JumpingClock _storeClock = new(clock);
    private readonly Dictionary<StoreOperation, Queue<Fault>> _next = [];
    private readonly Dictionary<StoreOperation, Fault> _always = [];
    private readonly List<ScriptedSubscription> _subscriptions = [];

    /// <summary>The leases themselves, for looking at them and for meddling behind the electors' backs.</summary>
    public InMemoryLeaseStore Leases => field ??= new InMemoryLeaseStore(_storeClock);

    public List<StoreCall> Calls { get; } = [];

    /// <summary>Runs at the beginning of every call, on the caller's thread.</summary>
    public Action<StoreOperation>? OnCall { get; set; }

    /// <summary>How often each hint arrives: 0 loses them.</summary>
    public int CopiesOfHints { get; set; } = 1;

    public bool IsListening { get; private set; } = true;

    public Exception? SubscribeError { get; set; }

    public Exception? UnsubscribeError { get; set; }

    public int Subscriptions => _subscriptions.Count;

    public int Count(StoreOperation operation) => Calls.Count(call => call.Operation == operation);

    public IEnumerable<TimeSpan> Times(StoreOperation operation) =>
        Calls.Where(call => call.Operation == operation).Select(call => call.At);

    /// <summary>Scripts the next calls of one operation, one fault each.</summary>
    public void Next(StoreOperation operation, params Fault[] faults)
    {
        if (!_next.TryGetValue(operation, out var queue))
            _next[operation] = queue = new Queue<Fault>();
        foreach (var fault in faults)
            queue.Enqueue(fault);
    }

    /// <summary>Scripts every call of one operation until <see cref="Heal"/>.</summary>
    public void Always(StoreOperation operation, Fault fault) => _always[operation] = fault;

    /// <summary>Scripts every call of every operation until <see cref="Heal"/>.</summary>
    public void Break(Fault fault)
    {
        foreach (var operation in Enum.GetValues<StoreOperation>())
            Always(operation, fault);
    }

    /// <summary>The store's clock is set, ahead or back, and goes on from there.</summary>
    public void JumpClock(TimeSpan by) => _storeClock.Jump(by);

    public void Heal()
    {
        _always.Clear();
        _next.Clear();
    }

    /// <summary>Tells every subscriber, as when a LISTEN connection breaks or comes back.</summary>
    public void SetListening(bool isListening)
    {
        IsListening = isListening;
        SendHint();
    }

    /// <summary>A hint that nothing in the store caused.</summary>
    public void SendHint()
    {
        foreach (var subscription in _subscriptions.ToArray())
            subscription.OnHint();
    }

    public Task InitializeAsync(CancellationToken cancellationToken) => RunAsync(
        StoreOperation.Initialize, "", async () =>
        {
            await Leases.InitializeAsync(CancellationToken.None);
            return true;
        });

    public Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken) => RunAsync(
        StoreOperation.Acquire, claim.InstanceId, () => Leases.AcquireAsync(claim, CancellationToken.None));

    public Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken) =>
        RunAsync(
            StoreOperation.Renew, $"{fencingToken}",
            () => Leases.RenewAsync(electionName, fencingToken, leaseDuration, CancellationToken.None));

    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken) =>
        RunAsync(
            StoreOperation.Release, $"{fencingToken}",
            () => Leases.ReleaseAsync(electionName, fencingToken, CancellationToken.None));

    public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) => RunAsync(
        StoreOperation.Read, electionName, () => Leases.ReadAsync(electionName, CancellationToken.None));

    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) => RunAsync(
        StoreOperation.DeleteExpired, "", () => Leases.DeleteExpiredAsync(expiredFor, CancellationToken.None));

    public ILeaseSubscription Subscribe(string electionName, Action onHint)
    {
        if (SubscribeError is not null)
            throw SubscribeError;
        var subscription = new ScriptedSubscription(this, onHint);
        subscription.Inner = Leases.Subscribe(electionName, subscription.PassOn);
        _subscriptions.Add(subscription);
        return subscription;
    }

    private Task<T> RunAsync<T>(StoreOperation operation, string who, Func<Task<T>> apply)
    {
        Calls.Add(new StoreCall(operation, clock.Elapsed, who));
        OnCall?.Invoke(operation);
        if (_next.TryGetValue(operation, out var queue) && queue.TryDequeue(out var fault))
            return fault.RunAsync(clock, apply);
        return _always.TryGetValue(operation, out var always) ? always.RunAsync(clock, apply) : apply();
    }

    private sealed class ScriptedSubscription(ScriptedStore store, Action onHint) : ILeaseSubscription
    {
        public ILeaseSubscription? Inner { get; set; }

        public bool IsListening => store.IsListening;

        public Action OnHint => onHint;

        public void PassOn()
        {
            for (var copy = 0; store.IsListening && copy < store.CopiesOfHints; copy++)
                onHint();
        }

        public void Dispose()
        {
            Inner!.Dispose();
            store._subscriptions.Remove(this);
            if (store.UnsubscribeError is not null)
                throw store.UnsubscribeError;
        }
    }
}
