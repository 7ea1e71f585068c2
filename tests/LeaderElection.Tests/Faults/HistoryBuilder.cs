using LeaderElection.Faults;

namespace LeaderElection.Tests;

/// <summary>A history written by hand. Its clock ticks in milliseconds; leases last a second, the allowance is
/// 100 ms.</summary>
internal sealed class HistoryBuilder
{
    public static readonly ElectionTimes Times = ElectionTimes.Of(TimeSpan.FromSeconds(1));

    private readonly List<HistoryLine> _lines = [];

    public HistoryBuilder Leads(string node, long token, long from, long until) =>
        Add(new StretchLine(node, token, from, until, IsOver: true));

    /// <summary>Nobody may be without a leader for longer than 200 ms, and the allowance.</summary>
    public HistoryBuilder Fault(int round, long at) =>
        Fault(round, at, new Bound(BoundFrom.Injection, TimeSpan.FromMilliseconds(200)));

    public HistoryBuilder Fault(int round, long at, Bound bound, long? rowRunsOutAt = null) =>
        Add(new FaultLine(round, "kill", "n1", "the leader", at, bound, rowRunsOutAt));

    /// <summary>A fault that a leader should go on through.</summary>
    public HistoryBuilder Disturbance(int round, long at) => Add(
        new FaultLine(
            round, "reset", "n1", "the leader", at, new Bound(BoundFrom.Injection, TimeSpan.FromSeconds(1)), null)
        {
            LeaderGoesOn = true,
        });

    public HistoryBuilder Heals(int round, long at) => Add(new HealLine(round, at));

    public HistoryBuilder IsSteady(int round, long at) => Add(new SteadyLine(round, at, IsSteady: true));

    public HistoryBuilder IsNeverSteady(int round, long at) => Add(new SteadyLine(round, at, IsSteady: false));

    public HistoryBuilder FencedRow(long position, long token, string node, long number) =>
        Add(new RowLine(position, token, node, number, IsFenced: true, Round: 0));

    public HistoryBuilder PlainRow(long position, long token, string node, long number) =>
        Add(new RowLine(position, token, node, number, IsFenced: false, Round: 0));

    public HistoryBuilder Appends(
        string node, long number, long token, AppendOutcome outcome, long? position = null, long at = 500) =>
        Add(new AppendLine(node, number, IsFenced: true, token, at, at + 1, outcome, position, Error: null));

    public Verdict Judge() => Checker.Judge(History(EndOfRun.Completed));

    public Verdict JudgeAsInterrupted() => Checker.Judge(History(EndOfRun.Interrupted));

    public FaultHistory History(EndOfRun end = EndOfRun.Completed) =>
        new([Header(), .. _lines, new FooterLine(10_000, end, 0, "")]);

    public void WriteTo(string path)
    {
        using var writer = new HistoryWriter(path, Header());
        foreach (var line in _lines)
            writer.Write(line);
        writer.Close(EndOfRun.Completed);
    }

    private static HeaderLine Header() => new(
        HeaderLine.CurrentFormat, At: 0, Frequency: 1000, DateTimeOffset.UnixEpoch, Seed: 1, Lanes: 3, "Lease", "none",
        Times, Allowance: TimeSpan.FromMilliseconds(100), ["kill"]);

    private HistoryBuilder Add(HistoryLine line)
    {
        _lines.Add(line);
        return this;
    }
}
