using System.Runtime.ExceptionServices;

namespace LeaderElection;

/// <summary>
/// Where the electors of one process wait to ask the store that they share, so that they ask together. Safe to use from
/// any thread.
/// </summary>
/// <remarks>
/// <para>
/// Invariants. Renewals go first, then releases: no attempt to acquire, and no look, is sent while one of them is due.
/// One batch is under way at a time; one that has not been answered for a tenth of its limit is passed by, and room is
/// left for renewals to pass those by, too. No election is twice in a batch. A request ends once, with the answer to
/// itself.
/// </para>
/// <para>
/// A store that can be asked for one election only is asked at once, whatever else is under way.
/// </para>
/// </remarks>
internal sealed class StoreQueue
{
    /// <summary>How long a renewal waits at most for others to go with it.</summary>
    public static readonly TimeSpan PatienceOfRenewals = TimeSpan.FromMilliseconds(33);

    /// <summary>How long an attempt to acquire, or a look, that nothing hurries waits at most for others.</summary>
    public static readonly TimeSpan PatienceOfFollowers = TimeSpan.FromMilliseconds(125);

    // Few electors gain nothing by waiting for each other.
    private static readonly TimeSpan PatienceForEachElector = TimeSpan.FromMicroseconds(25);

    // Timers count whole milliseconds.
    private static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(1);

    // A store has few connections.
    private const int MostUnderWay = 3;
    private const int MostThatFollowersPassBy = 1;
    private const int PartOfLimitUntilPassedBy = 10;
    private const int PartOfLimitForPatience = 16;

    private readonly TimeProvider _clock;
    private readonly bool _takesTurns;
    private readonly Lane<LeaseRenewal, LeaseAnswer> _renewals;
    private readonly Lane<LeaseTerm, bool?> _releases;
    private readonly Lane<LeaseClaim, LeaseAnswer> _claims;
    private readonly Lane<string, Lease?> _looks;
    private readonly ITimer _timer;

    // In the order in which they go; the last two are for those who lead nothing yet.
    private readonly ILane[] _lanes;

    // Guards everything below, and the lanes.
    private readonly Lock _gate = new();
    private readonly List<UnderWay> _underWay = [];
    private int _electors;
    private long _timerIsDueAt = long.MaxValue;

    public StoreQueue(ILeaseStore store, TimeProvider clock)
    {
        var calls = StoreCalls.Of(store);
        var most = calls.BatchLimit;
        _clock = clock;
        _takesTurns = most > 1;
        _renewals = new(calls.Renew, static ask => ask.Term.ElectionName, most, _gate, clock);
        _releases = new(calls.Release, static ask => ask.ElectionName, most, _gate, clock);
        _claims = new(calls.Acquire, static ask => ask.ElectionName, most, _gate, clock)
        {
            IsAskedAgain = static answer => answer is LeaseAnswer.NotYet { Wait.Ticks: 0 },
        };
        _looks = new(calls.Read, static ask => ask, most, _gate, clock);
        _lanes = [_renewals, _releases, _claims, _looks];
        _timer = clock.CreateTimer(
            static queue => ((StoreQueue)queue!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One more asks here; patience grows with their number.</summary>
    public void Join() => Interlocked.Increment(ref _electors);

    public void Leave() => Interlocked.Decrement(ref _electors);

    /// <param name="renewal">What to ask for.</param>
    /// <param name="limit">How long the store may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<LeaseAnswer> RenewAsync(
        LeaseRenewal renewal, TimeSpan limit, CancellationToken cancellationToken) =>
        AnswerAsync(_renewals, NewRequest<LeaseRenewal, LeaseAnswer>(
            renewal, limit, PatienceOfRenewals, cancellationToken), cancellationToken);

    /// <param name="term">Whose lease.</param>
    /// <param name="limit">How long the store may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<bool> ReleaseAsync(LeaseTerm term, TimeSpan limit, CancellationToken cancellationToken) =>
        await AnswerAsync(_releases, NewRequest<LeaseTerm, bool?>(
            term, limit, TimeSpan.Zero, cancellationToken), cancellationToken).ConfigureAwait(false)
        ?? throw new InvalidOperationException(
            $"Something in the store holds on to the lease of election '{term.ElectionName}' for the moment.");

    /// <summary>Null when it was withdrawn before it was sent. The time that it waits is not the attempt's: the limit
    /// and <see cref="Reply{T}.Sent"/> begin when it goes. Never throws.</summary>
    /// <param name="claim">What to ask for.</param>
    /// <param name="limit">How long the store may take.</param>
    /// <param name="patience">How long to wait for others, among many.</param>
    /// <param name="onLateAnswer">Called with an answer that came too late to be used.</param>
    /// <param name="withdrawal">Ends the waiting.</param>
    public Task<Reply<LeaseAnswer>?> AcquireAsync(
        LeaseClaim claim, TimeSpan limit, TimeSpan patience, Action<LeaseAnswer> onLateAnswer,
        CancellationToken withdrawal) =>
        AskAsync(_claims, NewRequest(claim, limit, patience, withdrawal, onLateAnswer));

    /// <inheritdoc cref="AcquireAsync"/>
    public Task<Reply<Lease?>?> ReadAsync(
        string electionName, TimeSpan limit, TimeSpan patience, CancellationToken withdrawal) =>
        AskAsync(_looks, NewRequest<string, Lease?>(electionName, limit, patience, withdrawal));

    private Request<TAsk, TAnswer> NewRequest<TAsk, TAnswer>(
        TAsk ask, TimeSpan limit, TimeSpan patience, CancellationToken withdrawal,
        Action<TAnswer>? onLateAnswer = null) => new(ask, withdrawal)
    {
        Limit = limit,
        DueBy = _clock.GetTimestamp() + TicksOf(Scaled(patience, limit)),
        OnLateAnswer = onLateAnswer,
    };

    private TimeSpan Scaled(TimeSpan patience, TimeSpan limit)
    {
        var among = Volatile.Read(ref _electors) * PatienceForEachElector;
        TimeSpan[] bounds = [patience, among, limit / PartOfLimitForPatience];
        return bounds.Min() is var least && least >= LeastPatience ? least : TimeSpan.Zero;
    }

    private Task<Reply<TAnswer>?> AskAsync<TAsk, TAnswer>(Lane<TAsk, TAnswer> lane, Request<TAsk, TAnswer> request)
    {
        lane.Add(request);
        Send();
        return request.ReplyAsync();
    }

    private async Task<TAnswer> AnswerAsync<TAsk, TAnswer>(
        Lane<TAsk, TAnswer> lane, Request<TAsk, TAnswer> request, CancellationToken cancellationToken)
    {
        if (await AskAsync(lane, request).ConfigureAwait(false) is not { } reply)
            throw new OperationCanceledException(cancellationToken);
        if (reply.Error is { } error)
            ExceptionDispatchInfo.Throw(error);
        return reply.Answer!;
    }

    private void OnTimer()
    {
        lock (_gate)
            _timerIsDueAt = long.MaxValue;
        Send();
    }

    private void Send()
    {
        while (Next() is { } next)
            _ = RunAsync(next);
    }

    /// <summary>Never throws.</summary>
    private async Task RunAsync(UnderWay sent)
    {
        await sent.Batch.SendAsync().ConfigureAwait(false);
        lock (_gate)
            _underWay.Remove(sent);
        sent.Batch.Settle();

        // First, because whoever is answered may take his time.
        Send();
        sent.Batch.HandOut();
    }

    private UnderWay? Next()
    {
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            if (_takesTurns && _underWay.Count > 0 && _underWay.Max(batch => batch.IsPassedByAt) is var at && at > now)
            {
                Await(at);
                return null;
            }

            foreach (var lane in LanesThatMayGo())
            {
                if (!lane.IsFull && lane.DueBy > now)
                    Await(lane.DueBy);
                else if (lane.Take() is { } batch)
                    return Started(batch, now);
            }

            return null;
        }
    }

    private ReadOnlySpan<ILane> LanesThatMayGo() => !_takesTurns || _underWay.Count <= MostThatFollowersPassBy
        ? _lanes
        : _underWay.Count < MostUnderWay ? _lanes.AsSpan(0, 2) : [];

    private UnderWay Started(IBatch batch, long now)
    {
        var started = new UnderWay(batch, now + TicksOf(batch.Limit / PartOfLimitUntilPassedBy));
        _underWay.Add(started);
        return started;
    }

    // A timer that fires for nothing does no harm.
    private void Await(long timestamp)
    {
        if (timestamp >= _timerIsDueAt || Array.TrueForAll(_lanes, static lane => lane.IsEmpty))
            return;
        _timerIsDueAt = timestamp;
        var wait = _clock.GetElapsedTime(_clock.GetTimestamp(), timestamp);
        _timer.Change(wait > LeastPatience ? wait : LeastPatience, Timeout.InfiniteTimeSpan);
    }

    private long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);

    /// <param name="Batch">What was sent.</param>
    /// <param name="IsPassedByAt">The timestamp from which others go although it is not answered.</param>
    private sealed record UnderWay(IBatch Batch, long IsPassedByAt);
}
