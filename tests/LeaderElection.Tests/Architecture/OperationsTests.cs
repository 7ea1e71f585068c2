using System.Text.RegularExpressions;
using LeaderElection.Contracts;

namespace LeaderElection.Tests;

/// <summary>docs/operations.md names everything that somebody on call may meet, and nothing else.</summary>
public partial class OperationsTests
{
    private static string Page { get; } = File.ReadAllText(Path.Combine(Sources.Root, "docs/operations.md"));

    [Fact]
    public void Every_log_event_is_in_the_table_with_its_level()
    {
        var inCode = Sources.Production.SelectMany(file => LogEvent().Matches(file.Code))
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value.ToLowerInvariant()}").ToList();
        var inTable = TableRow().Matches(Page)
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").ToList();

        inCode.Count.ShouldBeGreaterThan(25);
        inCode.ShouldBeUnique();
        inTable.Order(StringComparer.Ordinal).ShouldBe(inCode.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_metric_is_in_the_table()
    {
        var inCode = Sources.Production.Where(file => file.Path.EndsWith("ElectionInstruments.cs", StringComparison.Ordinal))
            .SelectMany(file => Metric().Matches(file.Code)).Select(match => match.Groups[1].Value)
            .Except(["leader_election.name"]).ToList();
        var inTable = MetricRow().Matches(Page).Select(match => match.Groups[1].Value).ToList();

        inCode.Count.ShouldBe(6);
        inTable.Order(StringComparer.Ordinal).ShouldBe(inCode.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"LoggerMessage\((\d+), LogLevel\.(\w+)")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"^\| (\d{4}) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("\"(leader_election\\.[a-z_.]+)\"")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\| `(leader_election\.[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();
}
