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
#pragma warning disable CA1001 // a source that only tells holds nothing
internal sealed class LeaseLoop
#pragma warning restore CA1001
{
    private readonly ILeaseStore _store;
    private readonly StoreAttempts _attempts;
    private readonly Surroundings _surroundings;
    private readonly LeaderElectionOptions _options;
    private readonly Alarm _alarm;
    private readonly Candidacy _candidacy;

    // Used by the loop alone.
    private readonly StoreClock _storeClock;
    private readonly FollowerPace _pace;
    private readonly Abstention _abstention;
    private readonly LeaseHints _hints;

    // Written by anyone, read by the loop, which is rung for each.
    private readonly CancellationTokenSource _withdrawal = new();
    private volatile bool _stopRequested;
    private volatile bool _drainCutShort;

    public LeaseLoop(ILeaseStore store, StoreAttempts attempts, Surroundings surroundings)
    {
        var (options, clock, jitter, telemetry, logger) = surroundings;
        _store = store;
        _attempts = attempts;
        _surroundings = surroundings;
        _options = options;
        _alarm = new Alarm(clock);
        _candidacy = new Candidacy(attempts, surroundings);
        _storeClock = new StoreClock(surroundings);
        Outage = new OutageLog(surroundings);
        Work = new WorkRecord(options.LeaseDuration, clock, jitter);
        Workplace = new Workplace(options.ElectionName, Work, telemetry, clock, _alarm.Ring, logger);
        View = new ElectionView(
            options.SafetyMargin + 2 * options.StoreTimeout, telemetry,
            new StandbyLog(logger, options.ElectionName, options.InstanceId), clock);
        _hints = new LeaseHints(store, surroundings, View, _alarm);
        _pace = new FollowerPace(surroundings, Outage, View);
        _abstention = new Abstention(
            options.ElectionName, options.LeaseDuration, options.ReleaseCooldown, Work, clock, logger);
    }

    public ElectionView View { get; }

    public OutageLog Outage { get; }

    public WorkRecord Work { get; }

    public Workplace Workplace { get; }

    /// <summary>Runs until stopped. Never throws.</summary>
    public async Task RunAsync()
    {
        using var observed = _surroundings.Telemetry.Observe(() => View.LeadsFor);
        _attempts.Join();
        while (!_stopRequested)
        {
            try
            {
                if (await FollowAsync().ConfigureAwait(false) is { } leadership)
                    await LeadAsync(leadership).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.LoopFailed(_surroundings.Logger, _options.ElectionName, exception);
                await _alarm.SleepAsync(_options.RenewalInterval).ConfigureAwait(false);
            }
        }

        await OutlastLastTermAsync().ConfigureAwait(false);
        _hints.Unsubscribe();
        _attempts.Leave();
        View.Changes.Complete();
    }

    public void RequestStop()
    {
        _stopRequested = true;
        View.TermInProgress?.TryEnd(LeadershipChangeReason.Stopped);
        _withdrawal.Cancel();
        _alarm.Ring();
    }

    /// <summary>A step-down in progress stops to wait for its work: the lease is then left to run out.</summary>
    public void CutDrainShort()
    {
        _drainCutShort = true;
        _alarm.Ring();
    }

    /// <summary>The term that ends, for waiting; null when there is none.</summary>
    public Term? RequestStepDown()
    {
        if (View.TermInProgress is not { } term)
            return null;

        term.TryEnd(term.IsHeld ? LeadershipChangeReason.Released : LeadershipChangeReason.Expired);
        _alarm.Ring();
        return term;
    }

    /// <summary>Null when stopped.</summary>
    private async Task<Leadership?> FollowAsync()
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            await _alarm.SleepAsync(pause).ConfigureAwait(false);
            var isHinted = await _hints.CollectAsync(() => _stopRequested).ConfigureAwait(false);
            if (_stopRequested)
                return null;

            _hints.Subscribe();
            var patience = isHinted ? TimeSpan.Zero : StoreQueue.PatienceOfFollowers;
            var abstention = _abstention.Remaining;
            if (abstention > TimeSpan.Zero)
            {
                pause = await LookAsync(abstention, patience).ConfigureAwait(false);
                continue;
            }

            var (answer, sent) = await _candidacy.RunForOfficeAsync(_pace.Outlived, patience, _withdrawal.Token)
                .ConfigureAwait(false);
            var clockWasSteady = WasSteady(answer.StoreTime, sent);
            if (answer is not LeaseAnswer.Granted { Lease: var lease })
            {
                pause = _pace.PauseAfter(answer, clockWasSteady, _hints.AreArriving);
                continue;
            }

            _pace.NoteAnswer();
            var leadership = NewTerm(lease, sent);
            if (!_stopRequested && leadership.IsHeld)
                return leadership;
            await _candidacy.GiveAwayAsync(lease.FencingToken).ConfigureAwait(false);
            pause = TimeSpan.Zero;
        }
    }

    /// <summary>Who leads, asked without running for office. Returns after how long to look again.</summary>
    private async Task<TimeSpan> LookAsync(TimeSpan abstention, TimeSpan patience)
    {
        if (await _attempts.ReadAsync(patience, _withdrawal.Token).ConfigureAwait(false) is not { } look)
            return TimeSpan.Zero;
        var clockWasSteady = WasSteady(look.Answer?.StoreTime, look.Sent);
        return _pace.PauseAfterLook(look, clockWasSteady, abstention, _hints.AreArriving);
    }

    private bool WasSteady(DateTimeOffset? storeTime, Moment sent) =>
        storeTime is { } time && _storeClock.Note(time, sent) is { WasSteady: true };

    private Leadership NewTerm(Lease lease, Moment sent)
    {
        var window = new TrustWindow(_surroundings.Clock, sent, _options.LeaseDuration, _options.SafetyMargin);
        return new Leadership(
            _options.ElectionName, _options.InstanceId, lease.FencingToken, lease.AcquiredAt,
            new Term(lease.FencingToken, window, Workplace), _store);
    }

    private async Task LeadAsync(Leadership leadership)
    {
        var term = Term.Of(leadership);
        using var guard = new DeadlineGuard(term, _options.SafetyMargin, _surroundings.Clock, _alarm.Ring);
        try
        {
            Workplace.Prepare();
            var self = new LeaderInfo(
                leadership.InstanceId, term.FencingToken, _options.Endpoint, leadership.AcquiredAt);
            View.Begin(term, leadership, self);
            Log.Acquired(_surroundings.Logger, _options.ElectionName, _options.InstanceId, term.FencingToken);
            var renewal = new Renewal(_attempts, term, _surroundings, _alarm, Outage, _storeClock);
            await renewal.RenewUntilAsync(() => term.IsOver || _stopRequested).ConfigureAwait(false);

            var reason = End(term, WhyToEnd(renewal));
            if (reason is LeadershipChangeReason.Released or LeadershipChangeReason.Stopped)
                await StepDownAsync(term, renewal, reason).ConfigureAwait(false);
            else
                await LeaveAsync(term, reason).ConfigureAwait(false);
        }
        finally
        {
            // Whatever came in between, nobody is left to believe in this term.
            TellEnd(term, End(term, LeadershipChangeReason.Expired), _surroundings.Now);
            _abstention.NoteTerm(term);
            View.Leave();
            OffLoop.Run(_surroundings.Clock, term.Conclude);
        }
    }

    private LeadershipChangeReason WhyToEnd(Renewal renewal)
    {
        if (renewal.IsLost)
            return LeadershipChangeReason.Superseded;
        if (_stopRequested)
            return LeadershipChangeReason.Stopped;
        return LeadershipChangeReason.Expired;
    }

    /// <summary>The reason that holds: the deadline may have come first.</summary>
    private static LeadershipChangeReason End(Term term, LeadershipChangeReason reason)
    {
        term.TryEnd(reason);
        return term.EndReason ?? reason;
    }

    /// <summary>The lease goes on being renewed while the work ends, and is given away after that.</summary>
    private async Task StepDownAsync(Term term, Renewal renewal, LeadershipChangeReason reason)
    {
        var began = _surroundings.Now;
        await renewal.RenewUntilAsync(() => !term.HasWork || _drainCutShort, _options.DrainTimeout)
            .ConfigureAwait(false);

        // The callbacks that tell of the end count as work and may not even have begun when the wait is cut short.
        if (_drainCutShort)
        {
            await renewal.RenewUntilAsync(() => !term.HasWork || term.IsTold, _options.StoreTimeout)
                .ConfigureAwait(false);
        }

        if (term.HasWork)
        {
            Log.WorkOutlastsDrain(
                _surroundings.Logger, _options.ElectionName, term.FencingToken, began.Elapsed(_surroundings.Clock));
        }
        else
        {
            await _candidacy.GiveAwayAsync(term.FencingToken).ConfigureAwait(false);
        }

        if (reason == LeadershipChangeReason.Released)
            _abstention.NoteStepDown();
        TellEnd(term, reason, began);
    }

    /// <summary>After a loss: what is left of the lease is given away if the work ends in time.</summary>
    private async Task LeaveAsync(Term term, LeadershipChangeReason reason)
    {
        TellEnd(term, reason, _surroundings.Now);
        await OutlastAsync(term, _options.SafetyMargin, () => _stopRequested).ConfigureAwait(false);
        if (!term.HasWork && reason != LeadershipChangeReason.Superseded)
            await _candidacy.GiveAwayAsync(term.FencingToken).ConfigureAwait(false);
    }

    // Only now, when nobody waits for the lease any more: a log takes its time.
    private void TellEnd(Term term, LeadershipChangeReason reason, Moment since)
    {
        if (View.TryTellEnd(term, reason, since))
            Log.TermEnded(_surroundings.Logger, _options.ElectionName, term.FencingToken, reason);
    }

    /// <summary>A stop waits for work even if its term was over before.</summary>
    private async Task OutlastLastTermAsync()
    {
        if (_abstention.LastTerm is { EndReason: not LeadershipChangeReason.Stopped } term)
            await OutlastAsync(term, _options.DrainTimeout, () => _drainCutShort).ConfigureAwait(false);
    }

    /// <summary>Waits for the work of a term that is over, without renewing anything.</summary>
    private async Task OutlastAsync(Term term, TimeSpan atMost, Func<bool> isCutShort)
    {
        var limit = _surroundings.Countdown(atMost);
        while (term.HasWork && !isCutShort() && limit.Left is var left && left > TimeSpan.Zero)
            await _alarm.SleepAsync(left).ConfigureAwait(false);
    }
}
