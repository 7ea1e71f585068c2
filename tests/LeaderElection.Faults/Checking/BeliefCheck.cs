using System.Globalization;

namespace LeaderElection.Faults;

/// <summary>Two nodes that believed at once.</summary>
internal sealed record Overlap(
    StretchLine First, StretchLine Second, long From, long Until, TimeSpan Length, int? Round);

/// <summary>
/// Who believed to lead, when, and in which term. A stretch claims no more than is certain, so any time that two share
/// is one too much.
/// </summary>
internal sealed class BeliefCheck
{
    private readonly FaultHistory _history;
    private readonly IReadOnlyList<StretchLine> _firsts;

    public BeliefCheck(FaultHistory history)
    {
        _history = history;
        var stretches = history.Stretches;
        _firsts = [.. stretches.DistinctBy(stretch => (stretch.Node, stretch.Token))];
        Overlaps = [.. FindOverlaps(stretches)];
        Violations = [.. Overlaps.Select(Describe), .. FindFallingTokens(stretches)];
    }

    public int Terms => _firsts.Count;

    public IReadOnlyList<Overlap> Overlaps { get; }

    public IReadOnlyList<Violation> Violations { get; }

    /// <summary>Those that began after the fault of a round had set in, and before the next one did.</summary>
    public int NewTerms(RoundHistory round) => _firsts.Count(first => _history.RoundAt(first.From) == round);

    private IEnumerable<Overlap> FindOverlaps(IReadOnlyList<StretchLine> stretches)
    {
        // Those that can still be shared with one that begins later.
        var open = new List<StretchLine>();
        foreach (var stretch in stretches)
        {
            open.RemoveAll(earlier => earlier.Until <= stretch.From);
            foreach (var earlier in open)
            {
                var until = Math.Min(earlier.Until, stretch.Until);
                if (until > stretch.From)
                {
                    yield return new Overlap(
                        earlier, stretch, stretch.From, until, _history.Between(stretch.From, until),
                        _history.RoundAt(stretch.From)?.Fault.Round);
                }
            }

            open.Add(stretch);
        }
    }

    private IEnumerable<Violation> FindFallingTokens(IReadOnlyList<StretchLine> stretches)
    {
        StretchLine? highest = null;
        foreach (var stretch in stretches)
        {
            if (highest is not null && stretch.Token <= highest.Token)
            {
                yield return new Violation(
                    Promise.TokensRise, stretch.From, _history.RoundAt(stretch.From)?.Fault.Round,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{stretch.Node} began to lead in term {stretch.Token} after {highest.Node} had led in term "
                        + $"{highest.Token}."));
            }

            if (highest is null || stretch.Token > highest.Token)
                highest = stretch;
        }
    }

    private static Violation Describe(Overlap overlap) => new(
        Promise.OneLeader, overlap.From, overlap.Round,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{overlap.First.Node} (term {overlap.First.Token}) and {overlap.Second.Node} (term "
            + $"{overlap.Second.Token}) both believed to lead for {overlap.Length.TotalMilliseconds:0.###} ms."));
}
