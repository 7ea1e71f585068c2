using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace WebApp;

/// <summary>One line for every series.</summary>
internal sealed class MetricPrinter : BaseExporter<Metric>
{
    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
                Console.WriteLine($"metric: {metric.Name}{TagsOf(point)} {ValueOf(metric, point)} {metric.Unit}");
        }

        return ExportResult.Success;
    }

    private static string TagsOf(in MetricPoint point)
    {
        var tags = new List<string>();
        foreach (var tag in point.Tags)
            tags.Add($"{tag.Key}={tag.Value}");
        return $"{{{string.Join(", ", tags)}}}";
    }

    private static string ValueOf(Metric metric, in MetricPoint point) => metric.MetricType switch
    {
        MetricType.LongGauge => Text(point.GetGaugeLastValueLong()),
        MetricType.DoubleGauge => Text(point.GetGaugeLastValueDouble()),
        MetricType.LongSum => Text(point.GetSumLong()),
        MetricType.Histogram => $"count {Text(point.GetHistogramCount())}, sum {Text(point.GetHistogramSum())}",
        _ => metric.MetricType.ToString(),
    };

    private static string Text(IFormattable value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
