using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// One instance running in one election: follow until the lease is granted, lead until the term is over, again until
/// stopped. The state is where the program stands.
/// </summary>
/// <remarks>
/// <para>
/// Invariants. A term begins only after the store granted it. Whether it is held is computed from the clock and the
/// term's trust window, which only a renewal that was sent before it closed can move. A term ends
/// (<see cref="Leadership.IsHeld"/> false, then <see cref="Leadership.Lost"/> cancelled) before its lease is given
/// away, and the lease is given away only when no work runs any more. After <see cref="RequestStop"/> nothing is
/// acquired.
/// </para>
/// <para>No user's code runs in here, no attempt outlasts its limit, and no exception ends the loop.</para>
/// </remarks>
internal sealed class ElectionLoop : ITermHolder
{
    // Spreads the instances that wake at once, and bounds what that costs at a hand-over.
    private static readonly TimeSpan HintJitter = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan TakeoverJitter = TimeSpan.FromMilliseconds(15);

    // Timers count whole milliseconds: waking just before the lease runs out would cost a statement for nothing.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly ILeaseStore _store;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly Jitter _jitter;
    private readonly ElectionTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly Alarm _alarm;
    private readonly Candidacy _candidacy;

    // Used by the loop alone.
    private readonly OutageLog _outage;
    private readonly PollingLog _polling;
    private readonly ContestLog _contest;
    private readonly StoreClock _storeClock;
    private readonly LeaseWatch _watch;
    private ILeaseSubscription? _hints;
    private Moment? _steppedDownAt;
    private Leadership? _lastTerm;
    private bool _saidLastTermIsBusy;
    private int _failures;

    // Written by anyone, read by the loop, which is rung for each.
    private volatile bool _stopRequested;
    private volatile bool _drainCutShort;
    private volatile bool _hinted;

    public ElectionLoop(
        ILeaseStore store, LeaderElectionOptions options, TimeProvider clock, Random random,
        ElectionInstruments instruments, ILogger logger)
    {
        _store = store;
        _options = options;
        _clock = clock;
        _jitter = new Jitter(random);
        _telemetry = new ElectionTelemetry(
            instruments, options.ElectionName, clock, action => OffLoop.Run(clock, action));
        _logger = logger;
        _alarm = new Alarm(clock);
        _candidacy = new Candidacy(store, options, clock, _jitter, _telemetry, logger);
        _outage = new OutageLog(logger, options.ElectionName, clock);
        _polling = new PollingLog(logger, options, clock);
        _contest = new ContestLog(_outage, options, clock);
        _storeClock = new StoreClock(options, clock);
        _watch = new LeaseWatch(options, clock);
        View = new ElectionView(options, _telemetry, new StandbyLog(logger, options), clock);
    }

    public ElectionView View { get; }

    public OutageLog Outage => _outage;

    /// <summary>Runs until stopped. Never throws.</summary>
    public async Task RunAsync()
    {
        using var observed = _telemetry.Observe(() => View.Current);
        while (!_stopRequested)
        {
            try
            {
                if (await FollowAsync().ConfigureAwait(false) is { } term)
                    await LeadAsync(term).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.LoopFailed(_logger, _options.ElectionName, exception);
                await _alarm.SleepAsync(_options.RenewalInterval).ConfigureAwait(false);
            }
        }

        await OutlastLastTermAsync().ConfigureAwait(false);
        Unsubscribe();
        View.Changes.Complete();
    }

    public void RequestStop()
    {
        _stopRequested = true;
        if (View.TermInProgress is { } term)
            End(term, LeadershipChangeReason.Stopped);
        _alarm.Ring();
    }

    /// <summary>A step-down in progress stops to wait for its work: the lease is then left to run out.</summary>
    public void CutDrainShort()
    {
        _drainCutShort = true;
        _alarm.Ring();
    }

    /// <summary>The term that ends, for waiting; null when there is none.</summary>
    public Leadership? RequestRelease()
    {
        if (View.TermInProgress is not { } term)
            return null;

        End(term, term.IsHeld ? LeadershipChangeReason.Released : LeadershipChangeReason.Expired);
        _alarm.Ring();
        return term;
    }

    void ITermHolder.OnWorkEnded() => _alarm.Ring();

    void ITermHolder.OnUserCodeFailed(Leadership leadership, Exception exception) =>
        Log.UserCodeFailed(_logger, leadership.ElectionName, leadership.FencingToken, exception);

    /// <summary>Null when stopped.</summary>
    private async Task<Leadership?> FollowAsync()
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            await _alarm.SleepAsync(pause).ConfigureAwait(false);
            if (_hinted)
                await CollectHintsAsync().ConfigureAwait(false);

            if (_stopRequested)
                return null;

            _hints ??= _store.Subscribe(_options.ElectionName, OnHint);
            var sitOut = SitOutRemaining();
            var (answer, sent) = sitOut > TimeSpan.Zero
                ? await _candidacy.LookAsync().ConfigureAwait(false)
                : await _candidacy.RunForOfficeAsync(_watch.Outlived).ConfigureAwait(false);
            _telemetry.Attempted(sitOut > TimeSpan.Zero ? "read" : "acquire", answer, sent);
            var clockWasSteady = answer.StoreTime is { } storeTime
                && _storeClock.Note(storeTime, sent) is { WasSteady: true };
            if (answer is { Outcome: LeaseOutcome.Granted, Lease: { } lease })
            {
                NoteAnswer();
                var term = NewTerm(lease, sent);
                if (!_stopRequested && term.IsHeld)
                    return term;
                await _candidacy.GiveAwayAsync(lease.FencingToken).ConfigureAwait(false);
                pause = TimeSpan.Zero;
            }
            else
            {
                pause = PauseAfter(answer, clockWasSteady, sitOut);
            }
        }
    }

    private TimeSpan PauseAfter(LeaseAnswer answer, bool clockWasSteady, TimeSpan sitOut)
    {
        switch (answer)
        {
            case { Outcome: LeaseOutcome.HeldByAnother, Lease: { } lease }:
                NoteAnswer();
                _watch.Note(lease, clockWasSteady);
                if (lease.Remaining > TimeSpan.Zero)
                    View.NoteLeader(lease);
                else
                    View.ForgetLeaderWhoseLeaseRanOut();
                return PauseBeside(lease);

            case { Outcome: LeaseOutcome.HeldByAnother, Wait: { } wait }:
                NoteAnswer();
                View.ForgetLeaderWhoseLeaseRanOut();
                return OrUntilPoll(UntilEndOfLease(wait));

            case { Outcome: LeaseOutcome.HeldByAnother } when sitOut > TimeSpan.Zero:
                NoteAnswer();
                View.ForgetLeader();
                return OrUntilPoll(sitOut);

            case { Outcome: LeaseOutcome.HeldByAnother }:
                View.ForgetLeaderWhoseLeaseRanOut();
                _contest.GoesOn();
                return _jitter.Backoff(++_failures, TakeoverJitter, _options.RenewalInterval);

            default:
                View.ForgetLeaderWhoseLeaseRanOut();
                _outage.Failed("acquire", answer.Error);
                return _jitter.Backoff(++_failures, FirstRetry, _options.RenewalInterval);
        }
    }

    private void NoteAnswer()
    {
        _outage.Ended();
        _contest.Ended();
        _failures = 0;
    }

    /// <summary>Hints that come while this waits are answered by the same look.</summary>
    private async Task CollectHintsAsync()
    {
        View.NoteHint();
        var began = Moment.Now(_clock);
        var pause = _jitter.UpTo(HintJitter);
        while (!_stopRequested && pause - began.Elapsed(_clock) is var left && left > TimeSpan.Zero)
            await _alarm.SleepAsync(left).ConfigureAwait(false);
        _hinted = false;
    }

    /// <summary>A stop waits for work even if its term was over before.</summary>
    private async Task OutlastLastTermAsync()
    {
        if (_lastTerm is not { EndReason: not LeadershipChangeReason.Stopped } term)
            return;

        var began = Moment.Now(_clock);
        while (term.HasWork && !_drainCutShort && _options.DrainTimeout - began.Elapsed(_clock) is var left
            && left > TimeSpan.Zero)
        {
            await _alarm.SleepAsync(left).ConfigureAwait(false);
        }
    }

    private void Unsubscribe()
    {
        try
        {
            _hints?.Dispose();
        }
        catch (Exception exception)
        {
            Log.LoopFailed(_logger, _options.ElectionName, exception);
        }
    }

    private async Task LeadAsync(Leadership term)
    {
        using var guard = new DeadlineGuard(term, _options.SafetyMargin, _clock, _alarm.Ring);
        try
        {
            View.Begin(term, _options.Endpoint);
            Log.Acquired(_logger, term.ElectionName, term.InstanceId, term.FencingToken);
            var keeper = new LeaseKeeper(
                _store, term, _options, _clock, _jitter, _alarm, _outage, _storeClock, _telemetry, _logger);
            await keeper.KeepUntilAsync(() => term.IsOver || _stopRequested).ConfigureAwait(false);

            var reason = End(term, WhyToEnd(keeper));
            if (reason is LeadershipChangeReason.Released or LeadershipChangeReason.Stopped)
                await StepDownAsync(term, keeper, reason).ConfigureAwait(false);
            else
                await LeaveAsync(term, reason).ConfigureAwait(false);
        }
        finally
        {
            _lastTerm = term;
            _saidLastTermIsBusy = false;
            End(term, LeadershipChangeReason.Expired);
            View.Leave();
            OffLoop.Run(_clock, term.Conclude);
        }
    }

    private LeadershipChangeReason WhyToEnd(LeaseKeeper keeper)
    {
        if (keeper.IsLost)
            return LeadershipChangeReason.Superseded;
        if (_stopRequested)
            return LeadershipChangeReason.Stopped;
        return LeadershipChangeReason.Expired;
    }

    /// <summary>The reason that holds: the deadline may have come first.</summary>
    private LeadershipChangeReason End(Leadership term, LeadershipChangeReason reason)
    {
        if (term.TryEnd(reason))
            OffLoop.Run(_clock, term.CancelLost);
        return term.EndReason ?? reason;
    }

    /// <summary>The lease goes on being renewed while the work ends, and is given away after that.</summary>
    private async Task StepDownAsync(Leadership term, LeaseKeeper keeper, LeadershipChangeReason reason)
    {
        var began = Moment.Now(_clock);
        await keeper.KeepUntilAsync(() => !term.HasWork || _drainCutShort, _options.DrainTimeout).ConfigureAwait(false);

        // The callbacks of Lost count as work and may not even have begun when the wait is cut short.
        if (_drainCutShort)
        {
            await keeper.KeepUntilAsync(() => !term.HasWork || term.IsLostCancelled, _options.StoreTimeout)
                .ConfigureAwait(false);
        }

        if (term.HasWork)
            Log.WorkOutlastsDrain(_logger, term.ElectionName, term.FencingToken, began.Elapsed(_clock));
        else
            await _candidacy.GiveAwayAsync(term.FencingToken).ConfigureAwait(false);

        if (reason == LeadershipChangeReason.Released)
            _steppedDownAt = Moment.Now(_clock);
        TellEnd(term, reason, began);
    }

    /// <summary>After a loss: what is left of the lease is given away if the work ends in time.</summary>
    private async Task LeaveAsync(Leadership term, LeadershipChangeReason reason)
    {
        var began = Moment.Now(_clock);
        TellEnd(term, reason, began);
        while (term.HasWork && !_stopRequested && _options.SafetyMargin - began.Elapsed(_clock) is var left
            && left > TimeSpan.Zero)
        {
            await _alarm.SleepAsync(left).ConfigureAwait(false);
        }

        if (!term.HasWork && reason != LeadershipChangeReason.Superseded)
            await _candidacy.GiveAwayAsync(term.FencingToken).ConfigureAwait(false);
    }

    // Only now, when nobody waits for the lease any more: a log takes its time.
    private void TellEnd(Leadership term, LeadershipChangeReason reason, Moment since)
    {
        View.TellEnd(term, reason, since);
        Log.TermEnded(_logger, term.ElectionName, term.FencingToken, reason);
    }

    private Leadership NewTerm(Lease lease, Moment sent) => new(
        _options.ElectionName,
        _options.InstanceId,
        lease.FencingToken,
        lease.AcquiredAt,
        TrustWindow.Open(_clock, sent, _options.LeaseDuration - _options.SafetyMargin),
        this,
        _store);

    private TimeSpan PauseBeside(Lease lease)
    {
        // One that looks expired is in the way until this instance has seen it to its end itself.
        var remaining = lease.Remaining > TimeSpan.Zero ? lease.Remaining : _watch.Remaining;
        return OrUntilPoll(UntilEndOfLease(remaining));
    }

    /// <summary>Bounded by this instance's own lease: after that a look does no harm, whatever the other one asked
    /// for.</summary>
    private TimeSpan UntilEndOfLease(TimeSpan remaining) =>
        (remaining < _options.LeaseDuration ? remaining : _options.LeaseDuration) + TimerGrain
        + _jitter.UpTo(TakeoverJitter);

    private TimeSpan OrUntilPoll(TimeSpan pause)
    {
        if (!_polling.IsNeeded(_hints!.IsListening))
            return pause;
        var poll = _jitter.Around(_options.RenewalInterval, _options.JitterRange);
        return poll < pause ? poll : pause;
    }

    /// <summary>After a release, and while work of the last term ignores that its term is over.</summary>
    private TimeSpan SitOutRemaining()
    {
        if (_lastTerm is { HasWork: true })
        {
            if (!_saidLastTermIsBusy)
                Log.LastTermIsBusy(_logger, _lastTerm.ElectionName, _lastTerm.FencingToken);
            _saidLastTermIsBusy = true;
            return _options.LeaseDuration;
        }

        if (_steppedDownAt is not { } since)
            return TimeSpan.Zero;
        var remaining = _options.ReleaseCooldown - since.Elapsed(_clock);
        if (remaining <= TimeSpan.Zero)
            _steppedDownAt = null;
        return remaining;
    }

    private void OnHint()
    {
        // A leader has nothing to learn from hints, least of all from its own.
        if (View.TermInProgress is not null)
            return;
        _hinted = true;
        _alarm.Ring();
    }
}
