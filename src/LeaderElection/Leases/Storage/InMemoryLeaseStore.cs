namespace LeaderElection;

/// <summary>
/// Leases in the memory of one process: for tests and for running an app as a single instance. It excludes nobody in
/// another process.
/// </summary>
/// <param name="timeProvider">The store's clock; the system's when null.</param>
public sealed class InMemoryLeaseStore(TimeProvider? timeProvider = null) : ILeaseStore
{
    private readonly TimeProvider _clock = timeProvider ?? TimeProvider.System;
    private readonly Subscribers<Subscription> _subscriptions = new();

    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private long _lastToken;

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        cancellationToken.ThrowIfCancellationRequested();

        Lease granted;
        lock (_gate)
        {
            if (InTheWayOf(claim) is { } row)
                return Answer(new LeaseAnswer.HeldByAnother(Describe(row)));

            row = new Row(
                claim.InstanceId, ++_lastToken, _clock.GetUtcNow(), _clock.GetUtcNow() + claim.LeaseDuration,
                _clock.GetTimestamp(), claim.LeaseDuration, claim.Endpoint);
            _rows[claim.ElectionName] = row;
            granted = Describe(row);
        }

        Hint(claim.ElectionName);
        return Answer(new LeaseAnswer.Granted(granted));
    }

    /// <inheritdoc/>
    public Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (Living(electionName) is not { } row || row.FencingToken != fencingToken)
                return Answer(new LeaseAnswer.Lost(_clock.GetUtcNow()));

            row = row with
            {
                ExpiresAt = _clock.GetUtcNow() + leaseDuration,
                RenewedAt = _clock.GetTimestamp(),
                LeaseDuration = leaseDuration,
            };
            _rows[electionName] = row;
            return Answer(new LeaseAnswer.Granted(Describe(row)));
        }
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_rows.TryGetValue(electionName, out var row) || row.FencingToken != fencingToken)
                return Task.FromResult(false);
            _rows.Remove(electionName);
        }

        Hint(electionName);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            return Task.FromResult(Living(electionName) is { } row ? Describe(row) : null);
    }

    /// <inheritdoc/>
    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var expired = _rows.Where(row => Remaining(row.Value) < -expiredFor).Select(row => row.Key).ToList();
            foreach (var electionName in expired)
                _rows.Remove(electionName);
            return Task.FromResult(expired.Count);
        }
    }

    /// <inheritdoc/>
    public ILeaseSubscription Subscribe(string electionName, Action onHint)
    {
        ArgumentException.ThrowIfNullOrEmpty(electionName);
        ArgumentNullException.ThrowIfNull(onHint);
        var subscription = new Subscription(this, electionName, onHint);
        _subscriptions.Add(electionName, subscription);
        return subscription;
    }

    private Row? Living(string electionName) =>
        _rows.TryGetValue(electionName, out var row) && Remaining(row) > TimeSpan.Zero ? row : null;

    private Row? InTheWayOf(LeaseClaim claim)
    {
        if (!_rows.TryGetValue(claim.ElectionName, out var row))
            return null;
        var isOutlived = claim.Outlived is { } seen && seen.FencingToken == row.FencingToken
            && seen.ExpiresAt == row.ExpiresAt;
        var tolerance = isOutlived ? TimeSpan.Zero : claim.ClockJumpTolerance;
        return Remaining(row) > -tolerance ? row : null;
    }

    private TimeSpan Remaining(Row row) => row.LeaseDuration - _clock.GetElapsedTime(row.RenewedAt);

    private Lease Describe(Row row) => new()
    {
        InstanceId = row.InstanceId,
        FencingToken = row.FencingToken,
        AcquiredAt = row.AcquiredAt,
        ExpiresAt = row.ExpiresAt,
        Remaining = Remaining(row),
        Endpoint = row.Endpoint,
    };

    private static Task<LeaseAnswer> Answer(LeaseAnswer answer) => Task.FromResult(answer);

    private void Hint(string electionName)
    {
        foreach (var subscription in _subscriptions.Of(electionName))
            subscription.OnHint();
    }

    private sealed record Row(
        string InstanceId, long FencingToken, DateTimeOffset AcquiredAt, DateTimeOffset ExpiresAt, long RenewedAt,
        TimeSpan LeaseDuration, Uri? Endpoint);

    private sealed class Subscription(InMemoryLeaseStore store, string electionName, Action onHint) : ILeaseSubscription
    {
        public bool IsListening => true;

        public Action OnHint => onHint;

        public void Dispose() => store._subscriptions.Remove(electionName, this);
    }
}
