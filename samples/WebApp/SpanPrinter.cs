using System.Diagnostics;
using OpenTelemetry;

namespace WebApp;

/// <summary>One line for every span.</summary>
internal sealed class SpanPrinter : BaseExporter<Activity>
{
    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (var span in batch)
        {
            var tags = string.Join(", ", span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
            Console.WriteLine(
                $"span: {span.OperationName} ({span.Duration.TotalMilliseconds:0.#} ms) {span.Status} {{{tags}}}");
        }

        return ExportResult.Success;
    }
}
