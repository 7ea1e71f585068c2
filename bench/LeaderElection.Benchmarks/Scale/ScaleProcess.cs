using System.Diagnostics;
using System.Text.Json;
using LeaderElection.Postgres;

namespace LeaderElection.Benchmarks;

/// <summary>A process with many elections on one store. It reports on its output, and obeys its input.</summary>
internal static class ScaleProcess
{
    public const string Command = "scale-process";
    public const string Collect = "collect";
    public const string Stop = "stop";

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync()
    {
        var settings = JsonSerializer.Deserialize<ScaleSettings>(Console.ReadLine()!)!;
        await using var store = new PostgresLeaseStore(
            settings.ConnectionString, new PostgresLeaseOptions { Schema = settings.Schema });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var electors = await StartAsync(store, settings);
        var census = new Census(electors, clock);
        using var stopAsked = new CancellationTokenSource();
        var bytes = new TaskCompletionSource<long>();
        var commands = new Thread(() => Obey(bytes, stopAsked, before, electors.Count)) { IsBackground = true };
        commands.Start();

        using var timer = new PeriodicTimer(Pace);
        while (!stopAsked.IsCancellationRequested && await timer.WaitForNextTickAsync())
        {
            long? perElection = bytes.Task.IsCompleted ? await bytes.Task : null;
            Console.WriteLine(JsonSerializer.Serialize(census.Take() with { BytesPerElection = perElection }));
        }

        await Task.WhenAll(electors.Select(elector => elector.StopAsync()));
    }

    private static async Task<List<LeaseElector>> StartAsync(PostgresLeaseStore store, ScaleSettings settings)
    {
        var electors = Enumerable.Range(0, settings.Elections).Select(number => new LeaseElector(
            store,
            new LeaderElectionOptions
            {
                ElectionName = $"tenant-{number}",
                InstanceId = settings.InstanceId,
                LeaseDuration = settings.Lease,
            })).ToList();
        foreach (var elector in electors)
            await elector.StartAsync();
        return electors;
    }

    // On a thread of its own: reading the console blocks.
    private static void Obey(
        TaskCompletionSource<long> bytes, CancellationTokenSource stopAsked, long before, int elections)
    {
        while (Console.ReadLine() is { } line && line != Stop)
        {
            if (line == Collect)
                bytes.TrySetResult((GC.GetTotalMemory(forceFullCollection: true) - before) / elections);
        }

        stopAsked.Cancel();
    }

    /// <summary>Who leads what, from look to look.</summary>
    private sealed class Census(List<LeaseElector> electors, Stopwatch clock)
    {
        private readonly long?[] _tokens = new long?[electors.Count];
        private int _lost;

        public ScaleReport Take()
        {
            var (leading, known) = (0, 0);
            for (var i = 0; i < _tokens.Length; i++)
            {
                var token = electors[i].Current?.FencingToken;
                if (_tokens[i] is not null && _tokens[i] != token)
                    _lost++;
                _tokens[i] = token;
                leading += token is null ? 0 : 1;
                known += electors[i].Leader is null ? 0 : 1;
            }

            return new ScaleReport
            {
                Leading = leading,
                Known = known,
                Lost = _lost,
                Processor = Environment.CpuUsage.TotalTime,
                Elapsed = clock.Elapsed,
            };
        }
    }
}
