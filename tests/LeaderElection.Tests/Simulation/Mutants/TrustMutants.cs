using static LeaderElection.Tests.Simulation.Edit;

namespace LeaderElection.Tests.Simulation;

/// <summary>Bugs in until when an instance believes that it leads, and in who looks at it.</summary>
internal static class TrustMutants
{
    private const string Window = nameof(TrustWindow);
    private const string Guard = nameof(DeadlineGuard);

    public static IEnumerable<Mutant> All =>
    [
        new("no safety margin", Drop(Window, "TrustWindow", "- safetyMargin")),
        new(
            "deadline anchored at the answer",
            Swap(nameof(StoreAttempts), "AskAsync", "(answer, null, sent)", "(answer, null, Moment.Now(_clock))")),
        new("stored bool", Drop(nameof(Term), "IsHeld", "&& Window.IsOpen")),
        new(
            "clock that ignores suspension",
            Swap(Window, "IsAhead", "_clock.GetUtcNow().UtcTicks >= end.Wall", "end.Wall == long.MinValue")),
        new(
            "unknown treated as granted",
            Swap(
                nameof(Renewal), "Take", "_outage.Failed(Operation.Renew, unknown.Error);",
                "_term.Window.TryExtend(reply.Sent);")),
        new(
            "a window that has closed is opened again",
            Swap(
                Window, "TryExtend",
                "OpenEnd() is { } end && Interlocked.CompareExchange(ref _end, EndFor(sent), end) == end",
                "Interlocked.Exchange(ref _end, EndFor(sent)) is not null")),
        new(
            "a window that was seen closed opens when the clock is set back",
            Swap(Window, "OpenEnd", "TryClose(end);", "return null;")),
        new(
            "the deadline is looked at late",
            Swap(Guard, "Watch", "_term.Window.Remaining", "_term.Window.Remaining + 2 * _longestNap")),
        new("nothing looks at the deadline between renewals", Drop(Guard, "FallDue", "Watch();")),
        new(
            "the deadline's timer trusts the monotonic clock",
            Swap(nameof(Timetable), "NextLook", "Earlier(due, _longestWait)", "due")),
        new(
            "time that the machine slept brings no deadline forward",
            Drop(nameof(SleeplessTime), "Look", "_missed += lead - _lead;")),
        new(
            "a window that somebody has seen closed is not looked at",
            Drop(Guard, "OnSeenClosed", "if (!_isDisposed) _timetable.Hurry(this);")),
    ];
}
