using static LeaderElection.Tests.Simulation.Edit;

namespace LeaderElection.Tests.Simulation;

/// <summary>Bugs in the loop: what it waits for, what it believes, what ends it, what it leaves behind.</summary>
internal static class LoopMutants
{
    private const string Loop = nameof(LeaseLoop);
    private const string Guard = nameof(DeadlineGuard);

    public static IEnumerable<Mutant> All =>
    [
        new(
            "no attempt time limit",
            Drop(nameof(Attempt), "RunAsync", ".WaitAsync(limit, clock)"),
            Swap(
                nameof(Attempt), "RunAsync", "new CancellationTokenSource(limit, clock)",
                "new CancellationTokenSource()")),
        new(
            "notification trusted",
            Add(nameof(LeaseHints), "public bool AreThere => _hinted;"),
            Swap(
                Loop, "FollowAsync",
                "var isHinted = await _hints.CollectAsync(() => _stopRequested).ConfigureAwait(false);",
                """
                var isHinted = _hints.AreThere;
                if (isHinted)
                {
                    await _hints.CollectAsync(() => _stopRequested).ConfigureAwait(false);
                    if (View.Leader is { } gone && !_stopRequested)
                    {
                        var free = new Lease
                        {
                            InstanceId = _options.InstanceId,
                            FencingToken = gone.FencingToken + 1,
                            AcquiredAt = default,
                            ExpiresAt = default,
                            Remaining = default,
                        };
                        return NewTerm(free, _surroundings.Now);
                    }
                }
                """)),
        new("a lease that is lost is renewed on", Drop(nameof(Renewal), "RenewUntilAsync", "&& !IsLost")),
        new(
            "event before commit",
            Swap(
                Loop, "FollowAsync", "var abstention = _abstention.Remaining;",
                """
                var abstention = _abstention.Remaining;
                View.Changes.Publish(new LeadershipChange
                {
                    IsLeader = true,
                    FencingToken = (View.Leader?.FencingToken ?? 0) + 1,
                    Reason = LeadershipChangeReason.Acquired,
                });
                """)),
        new(
            "the loop dies of an exception",
            Swap(
                Loop, "RunAsync", "Log.LoopFailed(_surroundings.Logger, _options.ElectionName, exception);",
                "_stopRequested = exception is not null;")),
        new("stop does not end the loop", Drop(Loop, "FollowAsync", "if (_stopRequested) return null;")),
        new(
            "an election lost to another is not tried again until told",
            Swap(
                Loop, "FollowAsync", "SleepAsync(pause)",
                """
                SleepAsync(_hints.AreArriving && pause > TimeSpan.Zero ? TimeSpan.FromHours(1) : pause)
                """)),
        new(
            "the deadline is left in the timetable",
            Drop(Guard, "Dispose", "_isDisposed = true;"),
            Drop(Guard, "Dispose", "_timetable.Leave(this);"),
            Swap(Guard, "Watch", "_term.Window.Remaining", "_longestNap"),
            Swap(Guard, "FallDue", "if (_term.Window.IsOpen)", "if (_term.Window.IsOpen || _term.IsOver)")),
        new(
            "the subscription is left",
            Swap(
                nameof(LeaseHints), "Unsubscribe", "_subscription?.Dispose()", "_subscription?.ToString()")),
    ];
}
