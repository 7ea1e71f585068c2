using static LeaderElection.Tests.Simulation.Edit;

namespace LeaderElection.Tests.Simulation;

/// <summary>Bugs in until when an instance believes that it leads, and in who looks at it.</summary>
internal static class TrustMutants
{
    private const string Term = nameof(Leadership);
    private const string Window = nameof(TrustWindow);
    private const string Guard = nameof(DeadlineGuard);

    public static IEnumerable<Mutant> All =>
    [
        new(
            "no safety margin",
            Drop(nameof(ElectionLoop), "NewTerm", "- _options.SafetyMargin"),
            Drop(nameof(LeaseKeeper), "RenewAsync", "- _options.SafetyMargin")),
        new(
            "deadline anchored at the answer",
            Swap(nameof(Candidacy), "RunForOfficeAsync", "(answer, sent)", "(answer, Moment.Now(_clock))"),
            Swap(nameof(LeaseKeeper), "RenewAsync", "Open(_clock, sent,", "Open(_clock, Moment.Now(_clock),")),
        new("stored bool", Drop(Term, "IsHeld", "&& _window.IsOpen")),
        new(
            "clock that ignores suspension",
            Swap(Window, "IsOpenByTheClocks", "_clock.GetUtcNow().UtcTicks >= _wallEnd", "_wallEnd == long.MinValue")),
        new(
            "unknown treated as granted",
            Swap(
                nameof(LeaseKeeper), "RenewAsync", """_outage.Failed("renew", answer.Error);""",
                "_term.TryExtend(TrustWindow.Open(_clock, sent, _options.LeaseDuration - _options.SafetyMargin));")),
        new(
            "a window that has closed is opened again",
            Swap(Term, "TryExtend", "!_window.TryReplaceBy(window)", "IsTold")),
        new(
            "a window that was seen closed opens when the clock is set back",
            Swap(
                Window, "IsOpen", "if (state != Fresh) return state == Replaced && _next!.IsOpen;",
                "if (state == Replaced) return _next!.IsOpen;")),
        new(
            "the deadline is looked at late",
            Swap(Guard, "Sleep", "? remaining : _longestNap", "? _longestNap : remaining")),
        new("nothing looks at the deadline between renewals", Drop(Guard, "Look", "Sleep();")),
        new(
            "the deadline's timer trusts the monotonic clock",
            Swap(Guard, "Sleep", "remaining < _longestNap ? remaining : _longestNap", "remaining")),
    ];
}
