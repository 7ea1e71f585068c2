using System.Diagnostics;
using System.Text.Json;

namespace LeaderElection.Benchmarks;

/// <summary>A process with many elections, from outside.</summary>
internal sealed class ScaleChild : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    private ScaleChild(Process process) => _process = process;

    public static async Task<ScaleChild> StartAsync(ScaleSettings settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(ScaleProcess.Command);
        var child = new ScaleChild(Process.Start(start)!);
        await child.SayAsync(JsonSerializer.Serialize(settings));
        return child;
    }

    /// <summary>The next report; fails when the process has ended.</summary>
    public async Task<ScaleReport> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new InvalidOperationException("The process with many elections has ended.");
        return JsonSerializer.Deserialize<ScaleReport>(line)!;
    }

    /// <summary>The first report that is as it should be.</summary>
    public async Task<ScaleReport> ReadUntilAsync(Predicate<ScaleReport> condition)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var report = await ReadAsync();
            if (condition(report))
                return report;
            if (since.Elapsed > Patience)
                throw new TimeoutException($"After {Patience.TotalMinutes:0} minutes it is still so: {report}");
        }
    }

    /// <summary>Reads what it says for a while: the first report and the last.</summary>
    public async Task<(ScaleReport First, ScaleReport Last)> WatchAsync(TimeSpan duration)
    {
        var first = await ReadAsync();
        var last = await ReadUntilAsync(report => report.Elapsed - first.Elapsed >= duration);
        return (first, last);
    }

    public async Task<long> BytesPerElectionAsync()
    {
        await SayAsync(ScaleProcess.Collect);
        return (await ReadUntilAsync(report => report.BytesPerElection is not null)).BytesPerElection!.Value;
    }

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await SayAsync(ScaleProcess.Stop);
        using var limit = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is not null)
        {
            // What it says until its end.
        }

        await _process.WaitForExitAsync(limit.Token);
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }
}
