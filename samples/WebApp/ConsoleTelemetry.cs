using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace WebApp;

/// <summary>
/// OpenTelemetry to the console: the meter and the activity source are both named <c>LeaderElection</c>.
/// </summary>
internal static class ConsoleTelemetry
{
    private const string LeaderElection = "LeaderElection";
    private const int ExportEveryMilliseconds = 30_000;

    public static IServiceCollection AddConsoleTelemetry(this IServiceCollection services) =>
        services.AddHostedService<Pipelines>();

    private sealed class Pipelines : IHostedService, IDisposable
    {
        private MeterProvider? _metrics;
        private TracerProvider? _traces;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .AddMeter(LeaderElection)
                .AddReader(new PeriodicExportingMetricReader(new MetricPrinter(), ExportEveryMilliseconds))
                .Build();
            _traces = Sdk.CreateTracerProviderBuilder()
                .AddSource(LeaderElection)
                .AddProcessor(new BatchActivityExportProcessor(new SpanPrinter()))
                .Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            _metrics?.Dispose();
            _traces?.Dispose();
        }
    }
}
