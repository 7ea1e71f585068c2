namespace LeaderElection.Tests.Simulation;

/// <summary>The bugs that the simulation must find: those of this field's history, and ours of every line that a promise
/// hangs on.</summary>
internal static class Mutants
{
    private const string Loop = "Election/ElectionLoop.cs";
    private const string Keeper = "Election/LeaseKeeper.cs";
    private const string Guard = "Election/DeadlineGuard.cs";
    private const string Term = "Contracts/Leadership.cs";
    private const string Works = "Terms/TermWorks.cs";
    private const string Abstention = "Election/Abstention.cs";
    private const string Store = "Storage/InMemoryLeaseStore.cs";

    private const string Drain =
        "await keeper.KeepUntilAsync(() => !term.HasWork || _drainCutShort, _options.DrainTimeout)"
        + ".ConfigureAwait(false);";

    public static IReadOnlyList<Mutant> All { get; } = [.. Trust, .. Leases, .. StepDown, .. Loops];

    private static IEnumerable<Mutant> Trust =>
    [
        new(
            "no safety margin",
            new Edit(Loop, "_options.LeaseDuration - _options.SafetyMargin),", "_options.LeaseDuration),"),
            new Edit(Keeper, "_options.LeaseDuration - _options.SafetyMargin)", "_options.LeaseDuration)")),
        new(
            "deadline anchored at the answer",
            new Edit("Election/Candidacy.cs", "return (answer, sent);", "return (answer, Moment.Now(_clock));"),
            new Edit(Keeper, "TrustWindow.Open(_clock, sent,", "TrustWindow.Open(_clock, Moment.Now(_clock),")),
        new(
            "stored bool",
            new Edit(Term, "IsHeld => !_works.IsOver && _window.IsOpen;", "IsHeld => !_works.IsOver;")),
        new(
            "clock that ignores suspension",
            new Edit(
                "Contracts/TrustWindow.cs", "if (_clock.GetUtcNow().UtcTicks >= _wallEnd)",
                "if (_wallEnd == long.MinValue)")),
        new(
            "unknown treated as granted",
            new Edit(
                Keeper, """_outage.Failed("renew", answer.Error);""",
                "_term.TryExtend(TrustWindow.Open(_clock, sent, _options.LeaseDuration - _options.SafetyMargin));")),
        new(
            "a window that has closed is opened again",
            new Edit(Term, "if (!_window.TryReplaceBy(window))", "if (IsTold)")),
        new(
            "a window that was seen closed opens when the clock is set back",
            new Edit(
                "Contracts/TrustWindow.cs",
                "            if (state != Fresh)\n                return state == Replaced && _next!.IsOpen;",
                "            if (state == Replaced)\n                return _next!.IsOpen;")),
        new(
            "the deadline is looked at late",
            new Edit(
                Guard, "remaining < _longestNap ? remaining : _longestNap",
                "remaining < _longestNap ? _longestNap : remaining")),
        new(
            "nothing looks at the deadline between renewals",
            new Edit(Guard, "            Sleep();\n            return;", "            return;")),
        new(
            "the deadline's timer trusts the monotonic clock",
            new Edit(Guard, "remaining < _longestNap ? remaining : _longestNap", "remaining")),
    ];

    private static IEnumerable<Mutant> Leases =>
    [
        new(
            "renewal without an owner check",
            new Edit(
                Store,
                "is not { } row || row.FencingToken != fencingToken)\n                return Task.FromResult(LeaseAnswer.Lost",
                "is not { } row)\n                return Task.FromResult(LeaseAnswer.Lost")),
        new(
            "renewal that takes over",
            new Edit(
                Store, "if (Living(electionName) is not { } row || row.FencingToken != fencingToken)",
                "if (!_rows.TryGetValue(electionName, out var row))"),
            new Edit(
                Store, "                ExpiresAt = _clock.GetUtcNow() + leaseDuration,",
                "                FencingToken = fencingToken, ExpiresAt = _clock.GetUtcNow() + leaseDuration,")),
        new(
            "renewal of a lease that has run out",
            new Edit(
                Store, "if (Living(electionName) is not { } row || row",
                "if (!_rows.TryGetValue(electionName, out var row) || row")),
        new(
            "release without an owner check",
            new Edit(
                Store, "if (!_rows.TryGetValue(electionName, out var row) || row.FencingToken != fencingToken)",
                "if (!_rows.TryGetValue(electionName, out var row))")),
        new(
            "token reused",
            new Edit(Store, "++_lastToken,", "_rows.Count == 0 ? _lastToken = 1 : ++_lastToken,")),
        new(
            "same InstanceId treated as me",
            new Edit(
                Store, "return Remaining(row) > -tolerance ? row : null;",
                "return Remaining(row) > -tolerance && row.InstanceId != claim.InstanceId ? row : null;")),
        new(
            "cleanup without grace",
            new Edit("Election/CleanupLoop.cs", "CleanAsync(ExpiredFor + turn.Tolerance)", "CleanAsync(TimeSpan.Zero)")),
        new(
            "jumps of the store's clock are not tolerated",
            new Edit(Store, "isOutlived ? TimeSpan.Zero : claim.ClockJumpTolerance", "TimeSpan.Zero")),
        new(
            "a lease is outlived by the store's clock",
            new Edit(
                "Election/LeaseWatch.cs", "clockWasSteady && lease.Remaining > TimeSpan.Zero",
                "lease.Remaining > TimeSpan.Zero")),
    ];

    private static IEnumerable<Mutant> StepDown =>
    [
        new(
            "release before drain",
            new Edit(
                Loop,
                Drain,
                ""),
            new Edit(
                Loop, "        if (term.HasWork)\n            Log.WorkOutlastsDrain",
                "        if (term.FencingToken < 0)\n            Log.WorkOutlastsDrain")),
        new(
            "no renewals while the work ends",
            new Edit(
                Loop,
                Drain,
                "while (term.HasWork && !_drainCutShort && began.Elapsed(_clock) < _options.DrainTimeout) "
                + "await _alarm.SleepAsync(_options.DrainTimeout).ConfigureAwait(false);")),
        new(
            "release after a loss while work runs",
            new Edit(Loop, "if (!term.HasWork && reason", "if (reason")),
        new(
            "cool-down missing",
            new Edit(
                Abstention, "var left = options.ReleaseCooldown - since.Elapsed(clock);", "var left = TimeSpan.Zero;")),
        new(
            "an instance whose work is stuck runs again",
            new Edit(Abstention, "if (_lastTerm is { HasWork: true } term)", "if (_lastTerm is { HadWork: false } term)")),
        new(
            "Lost is not cancelled at a step-down",
            new Edit(
                Works, "Tell(_lost.Cancel)",
                "Tell(reason == LeadershipChangeReason.Expired ? _lost.Cancel : () => { })")),
        new(
            "Lost is cancelled after the release",
            new Edit(Works, "        holder.RunAside(() => Tell(_lost.Cancel));\n", "        _untold--;\n"),
            new Edit(Works, "    private void Tell(", "    public void CancelLost() => _lost.Cancel();\n\n    private void Tell("),
            new Edit(
                Loop, "            OffLoop.Run(_clock, term.Conclude);",
                "            OffLoop.Run(_clock, term.Conclude);\n            OffLoop.Run(_clock, term.CancelLost);"),
            new Edit(
                Term, "    internal void Conclude()",
                "    internal void CancelLost() => _works.CancelLost();\n\n    internal void Conclude()")),
        new(
            "work is not told of a step-down",
            new Edit(
                Works, "Tell(work.Cancel)",
                "Tell(reason == LeadershipChangeReason.Expired ? work.Cancel : () => { })")),
        new(
            "all is told on one errand, and nobody after one that fails",
            new Edit(
                Works,
                "        foreach (var work in running)\n            holder.RunAside(() => Tell(work.Cancel));\n"
                + "        holder.RunAside(() => Tell(_lost.Cancel));\n",
                "        holder.RunAside(() => TellAll(running));\n"),
            new Edit(
                Works, "    private void Tell(Action cancel)\n",
                """
                    private void TellAll(TermWork[] running)
                    {
                        try
                        {
                            _lost.Cancel(throwOnFirstException: true);
                            foreach (var work in running)
                                work.Cancel();
                        }
                        catch (Exception)
                        {
                        }

                        lock (_gate)
                            _untold = 0;
                        holder.OnWorkEnded();
                    }

                    private void Tell(Action cancel)

                """)),
        new(
            "an instance whose work has failed runs again at once",
            new Edit(Abstention, "var backOff = work.BackOffLeft;", "var backOff = TimeSpan.Zero;")),
        new(
            "an instance whose work is gone runs again",
            new Edit(Abstention, "var isMissing = work.IsMissing;", "var isMissing = false;")),
    ];

    private static IEnumerable<Mutant> Loops =>
    [
        new(
            "no attempt time limit",
            new Edit("Election/Attempt.cs", "result.WaitAsync(limit, clock)", "result"),
            new Edit("Election/Attempt.cs", "new CancellationTokenSource(limit, clock)", "new CancellationTokenSource()")),
        new(
            "notification trusted",
            new Edit(
                Loop, "                await CollectHintsAsync().ConfigureAwait(false);\n",
                """
                {
                    await CollectHintsAsync().ConfigureAwait(false);
                    if (View.Leader is { } gone && !_stopRequested)
                    {
                        var free = new Lease(_options.InstanceId, gone.FencingToken + 1, default, default, default, null);
                        return NewTerm(free, Moment.Now(_clock));
                    }
                }

                """)),
        new(
            "event before commit",
            new Edit(
                Loop, "            var abstention = _abstention.Remaining;\n",
                """
                var abstention = _abstention.Remaining;
                View.Changes.Publish(new LeadershipChange(
                    true, null, (View.Leader?.FencingToken ?? 0) + 1, LeadershipChangeReason.Acquired));

                """)),
        new(
            "the loop dies of an exception",
            new Edit(
                Loop, "                Log.LoopFailed(_logger, _options.ElectionName, exception);\n                await",
                "                _stopRequested = exception is not null;\n                await")),
        new(
            "stop does not end the loop",
            new Edit(Loop, "            if (_stopRequested)\n                return null;", "")),
        new(
            "an election lost to another is not tried again until told",
            new Edit(
                Loop, "await _alarm.SleepAsync(pause).ConfigureAwait(false);",
                "await _alarm.SleepAsync(_hints?.IsListening == true && pause > TimeSpan.Zero"
                + " ? TimeSpan.FromHours(1) : pause).ConfigureAwait(false);")),
        new(
            "the timer of the deadline is left running",
            new Edit(Guard, "Dispose() => _timer.Dispose();", "Dispose() => _longestNap.ToString();"),
            new Edit(Guard, "        if (_term.Window.IsOpen)\n", "        if (_term.Window.IsOpen || _term.IsOver)\n")),
        new(
            "the subscription is left",
            new Edit(Loop, "            _hints?.Dispose();", "            _hints?.ToString();")),
    ];
}
