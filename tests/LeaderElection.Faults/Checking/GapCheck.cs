using System.Globalization;

namespace LeaderElection.Faults;

/// <summary>A time in which nobody believed to lead.</summary>
internal sealed record Gap(long From, long Until);

/// <summary>For how long nobody led, against what the fault of the round allows.</summary>
internal sealed class GapCheck
{
    private readonly FaultHistory _history;
    private readonly Dictionary<RoundHistory, TimeSpan> _longest = [];

    public GapCheck(FaultHistory history)
    {
        _history = history;
        Gaps = [.. FindGaps(history.Stretches, EndOfJudged(history))];
        foreach (var gap in Gaps)
        {
            if (history.RoundAt(gap.Until) is not { } round)
                continue;
            var length = history.Between(gap.From, gap.Until);
            if (length > _longest.GetValueOrDefault(round))
                _longest[round] = length;
        }

        Violations = [.. history.Rounds.Where(round => round.Steady is not null).SelectMany(Judge)];
    }

    public IReadOnlyList<Gap> Gaps { get; }

    public IReadOnlyList<Violation> Violations { get; }

    /// <summary>
    /// The longest time without a leader that ended in this round. Not the one in which it began: a leader's last
    /// report is from a little before the fault that hit it.
    /// </summary>
    public TimeSpan Longest(RoundHistory round) => _longest.GetValueOrDefault(round);

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
        {
            yield return Broken(
                round, $"After {round.Fault.Fault} ({round.Fault.Detail}) it did not become steady again.");
        }
    }

    private static Violation Broken(RoundHistory round, string text) =>
        new(Promise.BoundIsKept, round.Fault.InjectedAt, round.Fault.Round, text);
}
