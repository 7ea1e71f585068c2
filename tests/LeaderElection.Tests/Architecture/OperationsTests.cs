using System.Text.RegularExpressions;

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
        var inCode = Sources.Production
            .Where(file => file.Path.EndsWith("ElectionInstruments.cs", StringComparison.Ordinal))
            .SelectMany(file => Metric().Matches(file.Code)).Select(match => match.Groups[1].Value)
            .Except(["leader_election.name"]).ToList();
        var inTable = MetricRow().Matches(Page).Select(match => match.Groups[1].Value).ToList();

        inCode.Count.ShouldBe(8);
        inTable.Order(StringComparer.Ordinal).ShouldBe(inCode.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_option_of_metrics_is_in_the_table() =>
        typeof(LeaderElectionMetricsOptions).GetProperties()
            .Where(option => !Page.Contains($"| `{option.Name}` |", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void Every_query_asks_for_a_metric_by_the_name_that_Prometheus_gives_it()
    {
        var names = MetricRow().Matches(Page).SelectMany(row => PrometheusNames(
            row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value)).ToHashSet();
        var asked = Query().Matches(Page).SelectMany(query => PrometheusMetric().Matches(query.Value))
            .Select(match => match.Value).Distinct().ToList();

        asked.Count.ShouldBeGreaterThan(5);
        asked.Where(name => !names.Contains(name)).ShouldBeEmpty();
    }

    // https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
    private static string[] PrometheusNames(string metric, string kind, string unit)
    {
        var name = metric.Replace('.', '_') + (unit == "s" ? "_seconds" : "");
        return kind switch
        {
            "counter" => [$"{name}_total"],
            "histogram" => [$"{name}_bucket", $"{name}_count", $"{name}_sum"],
            _ => [name],
        };
    }

    [GeneratedRegex(@"LoggerMessage\((\d+), LogLevel\.(\w+)")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"^\| (\d{4}) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("\"(leader_election\\.[a-z_.]+)\"")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\| `(leader_election\.[a-z_.]+)` \| (\w+) \| (\w*) ?\|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex("```promql\n.*?```|`[^`\n]*leader_election_[^`]*`", RegexOptions.Singleline)]
    private static partial Regex Query();

    [GeneratedRegex(@"leader_election_(?!name\b)[a-z_]+")]
    private static partial Regex PrometheusMetric();
}
