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
internal sealed class ElectionLoop : ITermHolder, IWorkplace
{
    // Spreads the instances that wake at once, and bounds what that costs at a hand-over.
    private static readonly TimeSpan HintJitter = TimeSpan.FromMilliseconds(3);

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
    private readonly StoreClock _storeClock;
    private readonly FollowerPace _pace;
    private readonly Abstention _abstention;
    private ILeaseSubscription? _hints;

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
        _storeClock = new StoreClock(options, clock);
        View = new ElectionView(options, _telemetry, new StandbyLog(logger, options), clock);
        Work = new WorkRecord(options.LeaseDuration, clock, _jitter);
        _pace = new FollowerPace(options, clock, _jitter, _outage, View, logger);
        _abstention = new Abstention(options, Work, clock, logger);
    }

    public ElectionView View { get; }

    public OutageLog Outage => _outage;

    public WorkRecord Work { get; }

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

    public void OnWorkerCame()
    {
        if (Work.TryTakeBack())
            _alarm.Ring();
    }

    public void OnWorkerFailed() => Work.WorkerFailed();

    // Callbacks that block are to starve nobody. Simulated time has one thread, on which all happens in order.
    void ITermHolder.RunAside(Action errand)
    {
        if (_clock == TimeProvider.System)
            ReadyThreads.OfTheProcess.Run(errand);
        else
            OffLoop.Run(_clock, errand);
    }

    void ITermHolder.OnWorkEnded() => _alarm.Ring();

    void ITermHolder.OnUserCodeFailed(Leadership leadership, Exception exception) =>
        Log.UserCodeFailed(_logger, leadership.ElectionName, leadership.FencingToken, exception);

    void ITermHolder.OnWorkFailed(Leadership leadership, Exception exception)
    {
        var (inARow, backOff) = Work.Failed(leadership.FencingToken, exception);
        _telemetry.WorkFailed();
        Log.WorkFailed(_logger, leadership.ElectionName, leadership.FencingToken, inARow, backOff.TotalSeconds, exception);
    }

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
            var abstention = _abstention.Remaining;
            var operation = abstention > TimeSpan.Zero ? "read" : "acquire";
            var (answer, sent) = abstention > TimeSpan.Zero
                ? await _candidacy.LookAsync().ConfigureAwait(false)
                : await _candidacy.RunForOfficeAsync(_pace.Outlived).ConfigureAwait(false);
            _telemetry.Attempted(operation, answer, sent);
            var clockWasSteady = answer.StoreTime is { } storeTime
                && _storeClock.Note(storeTime, sent) is { WasSteady: true };
            if (answer is not { Outcome: LeaseOutcome.Granted, Lease: { } lease })
            {
                pause = _pace.PauseAfter(operation, answer, clockWasSteady, abstention, _hints.IsListening);
                continue;
            }

            _pace.NoteAnswer();
            var term = NewTerm(lease, sent);
            if (!_stopRequested && term.IsHeld)
                return term;
            await _candidacy.GiveAwayAsync(lease.FencingToken).ConfigureAwait(false);
            pause = TimeSpan.Zero;
        }
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
        if (_abstention.LastTerm is not { EndReason: not LeadershipChangeReason.Stopped } term)
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
            Work.TermBegan();
            if (_clock == TimeProvider.System)
                ReadyThreads.OfTheProcess.KeepOneReady();
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
            End(term, LeadershipChangeReason.Expired);
            _abstention.NoteTerm(term);
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
    private static LeadershipChangeReason End(Leadership term, LeadershipChangeReason reason)
    {
        term.TryEnd(reason);
        return term.EndReason ?? reason;
    }

    /// <summary>The lease goes on being renewed while the work ends, and is given away after that.</summary>
    private async Task StepDownAsync(Leadership term, LeaseKeeper keeper, LeadershipChangeReason reason)
    {
        var began = Moment.Now(_clock);
        await keeper.KeepUntilAsync(() => !term.HasWork || _drainCutShort, _options.DrainTimeout).ConfigureAwait(false);

        // The callbacks that tell of the end count as work and may not even have begun when the wait is cut short.
        if (_drainCutShort)
        {
            await keeper.KeepUntilAsync(() => !term.HasWork || term.IsTold, _options.StoreTimeout)
                .ConfigureAwait(false);
        }

        if (term.HasWork)
            Log.WorkOutlastsDrain(_logger, term.ElectionName, term.FencingToken, began.Elapsed(_clock));
        else
            await _candidacy.GiveAwayAsync(term.FencingToken).ConfigureAwait(false);

        if (reason == LeadershipChangeReason.Released)
            _abstention.NoteStepDown();
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

    private void OnHint()
    {
        // A leader has nothing to learn from hints, least of all from its own.
        if (View.TermInProgress is not null)
            return;
        _hinted = true;
        _alarm.Ring();
    }
}
