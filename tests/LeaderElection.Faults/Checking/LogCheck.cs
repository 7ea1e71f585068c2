using System.Globalization;

namespace LeaderElection.Faults;

/// <summary>The rows of the log table against what the writers were told.</summary>
internal sealed class LogCheck
{
    private readonly FaultHistory _history;
    private readonly long _rowsReadUntil;
    private readonly Dictionary<(string Node, long Number), RowLine> _rows = [];
    private readonly List<Violation> _violations = [];
    private readonly List<RowLine> _staleFenced = [];
    private readonly List<RowLine> _stalePlain = [];

    public LogCheck(FaultHistory history)
    {
        _history = history;
        Maybes = [.. history.Appends.Where(append => append.Outcome == AppendOutcome.Maybe)];

        // A run that was interrupted may have ended while the server was down, before its last rows were read.
        _rowsReadUntil = history.Footer.End == EndOfRun.Completed
            ? long.MaxValue
            : history.Rounds.LastOrDefault(round => round.Steady is { IsSteady: true })?.Fault.InjectedAt ?? 0;
        CheckPositions();
        CheckTokens();
        CheckAnswers();
    }

    public IReadOnlyList<Violation> Violations => _violations;

    public IReadOnlyList<RowLine> StaleFenced => _staleFenced;

    /// <summary>Counted, not held against anybody: nothing was promised for these.</summary>
    public IReadOnlyList<RowLine> StalePlain => _stalePlain;

    public IReadOnlyList<AppendLine> Maybes { get; }

    public Counts Counts(int terms)
    {
        var answered = _history.Appends.Select(append => (append.Node, append.Number)).ToHashSet();
        return new Counts(
            terms, _history.Rows.Count,
            _history.Appends.Count(append => append.Outcome == AppendOutcome.Done),
            _history.Appends.Count(append => append.Outcome == AppendOutcome.Refused),
            Maybes.Count, Maybes.Count(append => _rows.ContainsKey((append.Node, append.Number))),
            _history.Rows.Count(row => !answered.Contains((row.Node, row.Number))), _stalePlain.Count);
    }

    // The counter that gives the positions is locked until the commit: a gap is a row that was committed and is gone.
    private void CheckPositions()
    {
        var expected = 1L;
        foreach (var row in _history.Rows)
        {
            if (row.Position != expected)
            {
                Add(Promise.AnswersAreTrue, row, string.Create(
                    CultureInfo.InvariantCulture,
                    $"The log table has position {row.Position} where {expected} is due."));
            }

            expected = row.Position + 1;
            if (!_rows.TryAdd((row.Node, row.Number), row))
                Add(Promise.AnswersAreTrue, row, $"Append {row.Number} of {row.Node} is in the log table twice.");
        }
    }

    private void CheckTokens()
    {
        RowLine? highest = null;
        foreach (var row in _history.Rows)
        {
            if (highest is not null && row.Token < highest.Token)
            {
                (row.IsFenced ? _staleFenced : _stalePlain).Add(row);
                if (row.IsFenced)
                {
                    Add(Promise.FenceHolds, row, string.Create(
                        CultureInfo.InvariantCulture,
                        $"{row.Node} wrote position {row.Position} in a fenced transaction of term {row.Token}, after "
                        + $"{highest.Node} had written position {highest.Position} in term {highest.Token}."));
                }
            }
            else
            {
                highest = row;
            }
        }
    }

    private void CheckAnswers()
    {
        foreach (var append in _history.Appends)
        {
            var row = _rows.GetValueOrDefault((append.Node, append.Number));
            var name = $"Append {append.Number} of {append.Node}";
            if (append.Outcome == AppendOutcome.Done && row is null && append.ReturnedAt <= _rowsReadUntil)
                Add(append, $"{name} was confirmed and is not in the log table.");
            else if (append.Outcome == AppendOutcome.Refused && row is not null)
                Add(append, $"{name} was refused and is in the log table.");
            else if (append.Outcome == AppendOutcome.Done && row is not null
                && (row.Position != append.Position || row.Token != append.Token))
            {
                Add(append, $"{name} was confirmed with another position or token than the log table has.");
            }
        }
    }

    private void Add(Promise promise, RowLine row, string text) =>
        _violations.Add(new Violation(promise, null, row.Round == 0 ? null : row.Round, text));

    private void Add(AppendLine append, string text) => _violations.Add(new Violation(
        Promise.AnswersAreTrue, append.InvokedAt, _history.RoundAt(append.InvokedAt)?.Fault.Round, text));
}
