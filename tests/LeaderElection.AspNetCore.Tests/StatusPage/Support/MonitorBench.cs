using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>A monitor of told electors, on a manual clock, without a web server.</summary>
internal sealed class MonitorBench : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private MonitorBench(ServiceProvider services, ManualClock clock, LogCollector logs) =>
        (_services, Clock, Logs) = (services, clock, logs);

    public ManualClock Clock { get; }

    public LogCollector Logs { get; }

    public ElectionMonitor Monitor => _services.GetRequiredService<ElectionMonitor>();

    public ElectionWatch Election => Monitor.Elections[0];

    public static async Task<MonitorBench> StartAsync(params ToldElector[] electors)
    {
        var (clock, logs, services) = (new ManualClock(), new LogCollector(), new ServiceCollection());
        services.AddLogging();
        services.AddSingleton<ILoggerFactory>(logs);
        services.AddSingleton<TimeProvider>(clock);
        ToldElector.AddTo(services, electors);
        var bench = new MonitorBench(services.BuildServiceProvider(), clock, logs);
        bench.Monitor.AddPage();
        await bench.Monitor.StartAsync(CancellationToken.None);
        return bench;
    }

    public async ValueTask DisposeAsync()
    {
        await Monitor.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
