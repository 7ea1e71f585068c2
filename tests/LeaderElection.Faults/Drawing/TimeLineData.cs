namespace LeaderElection.Faults;

/// <summary>A time in which a node lived, or stood still.</summary>
internal sealed record Life(string Node, long From, long Until, bool IsFrozen);

/// <summary>What a time line shows, ready to be placed.</summary>
internal sealed class TimeLineData
{
    public TimeLineData(FaultHistory history, Verdict verdict)
    {
        History = history;
        Stretches = history.Stretches;
        Start = Math.Min(Stretches[0].From, history.Nodes.Select(node => node.At).DefaultIfEmpty(long.MaxValue).Min());
        End = Stretches.Select(stretch => stretch.Until).Concat(history.Nodes.Select(node => node.At))
            .Concat(history.Rounds.Select(round => round.Steady?.At ?? round.Fault.InjectedAt)).Max();
        Lanes =
        [
            .. history.Nodes.Select(node => node.Node).Concat(Stretches.Select(stretch => stretch.Node))
                .Select(FaultHistory.LaneOf).Distinct().Order(StringComparer.Ordinal),
        ];
        Lives = [.. FindLives()];
        Overlaps = new BeliefCheck(history).Overlaps;
        Gaps = new GapCheck(history).Gaps;
        BrokenRounds = verdict.Violations.Select(violation => violation.Round ?? 0).ToHashSet();

        // A row has a place, not a time: that of its answer has to do.
        var log = new LogCheck(history);
        var answers = history.Appends.ToLookup(append => (append.Node, append.Number));
        StaleWrites =
        [
            .. log.StaleFenced.Concat(log.StalePlain)
                .SelectMany(row => answers[(row.Node, row.Number)].Select(append => (append, row))),
        ];
    }

    public FaultHistory History { get; }

    public long Start { get; }

    public long End { get; }

    public IReadOnlyList<string> Lanes { get; }

    public IReadOnlyList<Life> Lives { get; }

    public IReadOnlyList<StretchLine> Stretches { get; }

    public IReadOnlyList<Overlap> Overlaps { get; }

    public IReadOnlyList<Gap> Gaps { get; }

    public IReadOnlySet<int> BrokenRounds { get; }

    public IReadOnlyList<(AppendLine Append, RowLine Row)> StaleWrites { get; }

    public int IndexOf(string lane) => Lanes.Index().First(entry => entry.Item == lane).Index;

    private IEnumerable<Life> FindLives()
    {
        foreach (var node in History.Nodes.GroupBy(line => line.Node))
        {
            var lines = node.OrderBy(line => line.At).ToList();
            for (var index = 0; index < lines.Count; index++)
            {
                if (lines[index].Event is NodeEvent.Stopped or NodeEvent.Killed)
                    continue;
                var until = index + 1 < lines.Count ? lines[index + 1].At : End;
                yield return new Life(node.Key, lines[index].At, until, lines[index].Event == NodeEvent.Frozen);
            }
        }
    }
}
