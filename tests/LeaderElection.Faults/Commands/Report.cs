using System.Globalization;
using Spectre.Console;

namespace LeaderElection.Faults;

/// <summary>Shows what a history comes to.</summary>
internal static class Report
{
    private const int MostViolationsShown = 20;

    /// <param name="historyPath">Read from the file, as anybody else would.</param>
    /// <param name="svgPath">Where to draw it; nowhere when null.</param>
    /// <returns>An exit code.</returns>
    public static int Show(string historyPath, string? svgPath)
    {
        var history = HistoryReader.Read(historyPath);
        var verdict = Checker.Judge(history);
        Show(history, verdict);
        if (svgPath is not null)
        {
            TimeLine.Draw(history, verdict).Save(svgPath);
            Console.WriteLine($"Time line: {svgPath}");
        }

        if (!verdict.IsGood)
            return ExitCode.PromiseBroken;
        return history.Footer.End == EndOfRun.Failed || verdict.Rounds.Count == 0
            ? ExitCode.HistoryIncomplete
            : ExitCode.AllWell;
    }

    /// <summary>What is said below the table.</summary>
    public static IEnumerable<string> Lines(FaultHistory history, Verdict verdict)
    {
        var counts = verdict.Counts;
        yield return $"{history.Rounds.Count} rounds, seed {history.Header.Seed}, {counts.Terms} terms; lease "
            + $"{history.Header.Times.Lease.TotalMilliseconds:0} ms, allowance "
            + $"{history.Header.Allowance.TotalMilliseconds:0} ms.";
        yield return $"{counts.Rows} rows: {counts.Confirmed} appends confirmed, {counts.Refused} refused by the "
            + $"fence, {counts.Maybe} without an answer (of which {counts.MaybeLanded} landed), {counts.Unanswered} of "
            + $"nodes that were killed before they could tell; {counts.StalePlain} stale without the fence.";
        yield return Line($"Time with two leaders: {verdict.Overlap.TotalMilliseconds:0.###} ms.");
        if (history.Footer.End != EndOfRun.Completed)
            yield return $"The run was not completed ({history.Footer.End}): what is there was judged.";
        foreach (var violation in verdict.Violations.Take(MostViolationsShown))
            yield return Line($"BROKEN {violation.Promise}, round {violation.Round}: {violation.Text}");
        if (verdict.Violations.Count > MostViolationsShown)
            yield return Line($"... and {verdict.Violations.Count - MostViolationsShown} more.");
        if (verdict.Rounds.Count == 0)
            yield return "No round was finished: nothing is shown by this.";
        yield return verdict.IsGood
            ? "Every promise was kept."
            : Line($"{verdict.Violations.Count} times a promise was broken.");
    }

    private static void Show(FaultHistory history, Verdict verdict)
    {
        // Somebody reads it in a file or a pipe, too: not to be broken at the width of a terminal that is not there.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 200;
        AnsiConsole.Write(TableOf(verdict));
        foreach (var line in Lines(history, verdict))
            Console.WriteLine(line);
    }

    private static Table TableOf(Verdict verdict)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("Fault");
        foreach (var column in new[]
            { "Rounds", "Leaderless, median", "max", "Bound of that", "Least slack", "New terms", "Overlap",
                "Stale fenced", "Stale plain", "Maybe" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        var kinds = verdict.Rounds.GroupBy(round => round.Fault).OrderBy(kind => kind.Key, StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            var rounds = kind.OrderBy(round => round.Leaderless).ToList();
            var worst = rounds[^1];
            table.AddRow(
                kind.Key,
                Number(rounds.Count),
                Milliseconds(rounds[rounds.Count / 2].Leaderless),
                Milliseconds(worst.Leaderless),
                Milliseconds(worst.Bound),
                Milliseconds(rounds.Min(round => round.Slack)),
                Number(rounds.Sum(round => round.NewTerms)),
                Milliseconds(rounds.Aggregate(TimeSpan.Zero, (sum, round) => sum + round.Overlap)),
                Number(rounds.Sum(round => round.StaleFenced)),
                Number(rounds.Sum(round => round.StalePlain)),
                Number(rounds.Sum(round => round.Maybe)));
        }

        return table;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms");
}
