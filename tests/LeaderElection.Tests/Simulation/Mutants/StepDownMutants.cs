using static LeaderElection.Tests.Simulation.Edit;

namespace LeaderElection.Tests.Simulation;

/// <summary>Bugs in how a term ends: its work, who is told, the lease given away, who must not run again.</summary>
internal static class StepDownMutants
{
    private const string Loop = nameof(LeaseLoop);
    private const string Works = nameof(TermWorks);

    private const string Drain =
        """
        await renewal.RenewUntilAsync(() => !term.HasWork || _drainCutShort, _options.DrainTimeout)
            .ConfigureAwait(false);
        """;

    public static IEnumerable<Mutant> All =>
    [
        new(
            "release before drain",
            Drop(Loop, "StepDownAsync", Drain),
            Swap(Loop, "StepDownAsync", "if (term.HasWork)", "if (term.FencingToken < 0)")),
        new(
            "no renewals while the work ends",
            Swap(
                Loop, "StepDownAsync", Drain,
                """
                while (term.HasWork && !_drainCutShort && began.Elapsed(_surroundings.Clock) < _options.DrainTimeout)
                    await _alarm.SleepAsync(_options.DrainTimeout).ConfigureAwait(false);
                """)),
        new("release after a loss while work runs", Drop(Loop, "LeaveAsync", "!term.HasWork &&")),
        new(
            "cool-down missing",
            Swap(nameof(Abstention), "CooldownLeft", "_cooldown?.Left ?? TimeSpan.Zero", "TimeSpan.Zero")),
        new(
            "an instance whose work is stuck runs again",
            Swap(nameof(Abstention), "Remaining", "{ HasWork: true }", "{ HadWork: false }")),
        new(
            "Lost is not cancelled at a step-down",
            Swap(
                Works, "TryEnd", "Tell(_lost.Cancel)",
                "Tell(reason == LeadershipChangeReason.Expired ? _lost.Cancel : () => { })")),
        new(
            "Lost is cancelled after the release",
            Swap(Works, "TryEnd", "holder.RunAside(() => Tell(_lost.Cancel));", "_untold--;"),
            Add(Works, "public void CancelLost() => _lost.Cancel();"),
            Add(nameof(Term), "public void CancelLost() => _works.CancelLost();"),
            Swap(
                Loop, "LeadAsync", "OffLoop.Run(_surroundings.Clock, term.Conclude);",
                """
                OffLoop.Run(_surroundings.Clock, term.Conclude);
                OffLoop.Run(_surroundings.Clock, term.CancelLost);
                """)),
        new(
            "work is not told of a step-down",
            Swap(
                Works, "TryEnd", "Tell(work.Cancel)",
                "Tell(reason == LeadershipChangeReason.Expired ? work.Cancel : () => { })")),
        new(
            "all is told on one errand, and nobody after one that fails",
            Swap(
                Works, "TryEnd",
                """
                foreach (var work in running)
                    holder.RunAside(() => Tell(work.Cancel));
                holder.RunAside(() => Tell(_lost.Cancel));
                """,
                "holder.RunAside(() => TellAll(running));"),
            Add(
                Works,
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
                """)),
        new(
            "an instance whose work has failed runs again at once",
            Swap(nameof(Abstention), "Remaining", "var backOff = work.BackOffLeft;", "var backOff = TimeSpan.Zero;")),
        new(
            "an instance whose work is gone runs again",
            Swap(nameof(Abstention), "IsWorkMissing", "var isMissing = work.IsMissing;", "var isMissing = false;")),
    ];
}
