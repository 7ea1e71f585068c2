using static LeaderElection.Tests.Simulation.Edit;

namespace LeaderElection.Tests.Simulation;

/// <summary>Bugs in the loop: what it waits for, what it believes, what ends it, what it leaves behind.</summary>
internal static class LoopMutants
{
    private const string Loop = nameof(ElectionLoop);
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
            Swap(
                Loop, "FollowAsync", "await CollectHintsAsync().ConfigureAwait(false);",
                """
                {
                    await CollectHintsAsync().ConfigureAwait(false);
                    if (View.Leader is { } gone && !_stopRequested)
                    {
                        var token = gone.FencingToken + 1;
                        var free = new Lease(_options.InstanceId, token, default, default, default, null);
                        return NewTerm(free, Moment.Now(_clock));
                    }
                }
                """)),
        new(
            "event before commit",
            Swap(
                Loop, "FollowAsync", "var abstention = _abstention.Remaining;",
                """
                var abstention = _abstention.Remaining;
                View.Changes.Publish(new LeadershipChange(
                    true, null, (View.Leader?.FencingToken ?? 0) + 1, LeadershipChangeReason.Acquired));
                """)),
        new(
            "the loop dies of an exception",
            Swap(
                Loop, "RunAsync", "Log.LoopFailed(_logger, _options.ElectionName, exception);",
                "_stopRequested = exception is not null;")),
        new("stop does not end the loop", Drop(Loop, "FollowAsync", "if (_stopRequested) return null;")),
        new(
            "an election lost to another is not tried again until told",
            Swap(
                Loop, "FollowAsync", "SleepAsync(pause)",
                """
                SleepAsync(
                    _hints?.IsListening == true && pause > TimeSpan.Zero ? TimeSpan.FromHours(1) : pause)
                """)),
        new(
            "the timer of the deadline is left running",
            Swap(Guard, "Dispose", "_timer.Dispose()", "_longestNap.ToString()"),
            Swap(Guard, "Look", "if (_term.Window.IsOpen)", "if (_term.Window.IsOpen || _term.IsOver)")),
        new("the subscription is left", Swap(Loop, "Unsubscribe", "_hints?.Dispose()", "_hints?.ToString()")),
    ];
}
