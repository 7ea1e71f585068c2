namespace LeaderElection.Faults;

/// <summary>Judges a run by its history alone.</summary>
internal static class Checker
{
    public static Verdict Judge(FaultHistory history)
    {
        var beliefs = new BeliefCheck(history);
        var log = new LogCheck(history);
        var gaps = new GapCheck(history);
        var overlaps = beliefs.Overlaps.ToLookup(overlap => overlap.Round);
        var staleFenced = log.StaleFenced.ToLookup(row => row.Round);
        var stalePlain = log.StalePlain.ToLookup(row => row.Round);
        var maybes = log.Maybes.ToLookup(append => history.RoundAt(append.InvokedAt)?.Fault.Round);
        var results = history.Rounds.Where(round => round.Steady is not null).Select(round =>
        {
            var number = round.Fault.Round;
            return new RoundResult(
                number, round.Fault.Fault, gaps.Longest(round), gaps.Allowed(round),
                Sum(overlaps[number].Select(overlap => overlap.Length)),
                staleFenced[number].Count(), stalePlain[number].Count(), maybes[number].Count(),
                beliefs.NewTerms(round));
        }).ToList();

        return new Verdict(
            [.. beliefs.Violations, .. log.Violations, .. gaps.Violations, .. FindTermsCutShort(history, results)],
            results,
            log.Counts(beliefs.Terms),
            Sum(beliefs.Overlaps.Select(overlap => overlap.Length)));
    }

    private static IEnumerable<Violation> FindTermsCutShort(
        FaultHistory history, IReadOnlyList<RoundResult> results)
    {
        var meant = history.Rounds.Where(round => round.Fault.LeaderGoesOn)
            .Select(round => round.Fault.Fault).ToHashSet();
        foreach (var kind in results.Where(result => meant.Contains(result.Fault)).GroupBy(result => result.Fault))
        {
            var cut = kind.Count(result => result.NewTerms > 0);
            if (kind.Count() > 2 && 2 * cut > kind.Count())
            {
                yield return new Violation(
                    Promise.LeaderGoesOn, null, kind.First(result => result.NewTerms > 0).Round,
                    $"{kind.Key} ended the leader's term in {cut} of {kind.Count()} rounds.");
            }
        }
    }

    private static TimeSpan Sum(IEnumerable<TimeSpan> durations) =>
        durations.Aggregate(TimeSpan.Zero, (sum, duration) => sum + duration);
}
