using System.Globalization;

namespace LeaderElection.Faults;

/// <summary>For how long nobody led, against what the fault of the round allows.</summary>
internal sealed class GapCheck
{
    private readonly FaultHistory _history;
    private readonly IReadOnlyList<Gap> _gaps;

    public GapCheck(FaultHistory history)
    {
        _history = history;
        _gaps = [.. FindGaps(history.Stretches, EndOfJudged(history))];
        Violations = [.. history.Rounds.Where(round => round.Steady is not null).SelectMany(Judge)];
    }

    public IReadOnlyList<Violation> Violations { get; }

    /// <summary>The longest time without a leader from this round's fault to the next one's.</summary>
    public TimeSpan Longest(RoundHistory round)
    {
        var until = NextInjection(round);
        var gaps = _gaps.Where(gap => gap.Until > round.Fault.InjectedAt && gap.From < until)
            .Select(gap => _history.Between(gap.From, gap.Until));
        return gaps.DefaultIfEmpty(TimeSpan.Zero).Max();
    }

    /// <summary>The bound of the round's fault, its conditions as they were, with the allowance.</summary>
    public TimeSpan Allowed(RoundHistory round)
    {
        var fault = round.Fault;
        var lease = (long)(_history.Header.Times.Lease.TotalSeconds * _history.Header.Frequency);
        var endOfRow = fault.RowRunsOutAt ?? fault.InjectedAt + lease;
        var from = fault.Bound.From switch
        {
            BoundFrom.Injection => fault.InjectedAt,
            BoundFrom.EndOfRow => endOfRow,
            _ => Math.Max(round.HealedAt ?? fault.InjectedAt, endOfRow),
        };
        return _history.Between(fault.InjectedAt, from) + fault.Bound.Limit + _history.Header.Allowance;
    }

    // Belief is not reported while a node stands still: up to there somebody may lead, and after it nothing is known.
    private static long EndOfJudged(FaultHistory history) => history.Rounds
        .Select(round => round.Steady?.At ?? 0).DefaultIfEmpty(0).Max();

    private static IEnumerable<Gap> FindGaps(IReadOnlyList<StretchLine> stretches, long end)
    {
        var covered = stretches[0].From;
        foreach (var stretch in stretches)
        {
            if (stretch.From > covered)
                yield return new Gap(covered, stretch.From);
            covered = Math.Max(covered, stretch.Until);
        }

        if (end > covered)
            yield return new Gap(covered, end);
    }

    private IEnumerable<Violation> Judge(RoundHistory round)
    {
        var (longest, allowed) = (Longest(round), Allowed(round));
        if (longest > allowed)
        {
            yield return Broken(round, string.Create(
                CultureInfo.InvariantCulture,
                $"Nobody led for {longest.TotalMilliseconds:0} ms; {round.Fault.Fault} ({round.Fault.Detail}) allows "
                + $"{allowed.TotalMilliseconds:0} ms."));
        }

        if (!round.Steady!.IsSteady)
            yield return Broken(round, $"After {round.Fault.Fault} ({round.Fault.Detail}) it did not become steady again.");
    }

    private long NextInjection(RoundHistory round) =>
        _history.Rounds.FirstOrDefault(next => next.Fault.InjectedAt > round.Fault.InjectedAt)?.Fault.InjectedAt
        ?? long.MaxValue;

    private static Violation Broken(RoundHistory round, string text) =>
        new(Promise.BoundIsKept, round.Fault.InjectedAt, round.Fault.Round, text);

    private sealed record Gap(long From, long Until);
}
