using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LeaderElection;

/// <summary>
/// Plays one term, from taking office to leaving it, on a store in memory, once per process. What runs for the first
/// time is compiled first, and a process stops only once: without a rehearsal half of every hand-over is compiling.
/// </summary>
internal static class Rehearsal
{
    private static int _begun;

    public static void BeginOncePerProcess()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
            OffLoop.Run(TimeProvider.System, () => _ = PlayAsync());
    }

    internal static async Task PlayAsync()
    {
        // Nobody listens to these: a rehearsal is not what happened.
        using var meter = new Meter(nameof(Rehearsal));
        using var spans = new ActivitySource(nameof(Rehearsal));
        var options = new LeaderElectionOptions { ElectionName = "rehearsal" };
        var elector = new LeaseElector(
            new InMemoryLeaseStore(), options, loggerFactory: null, TimeProvider.System, Random.Shared,
            new ElectionInstruments(meter, spans));
        await using (elector.ConfigureAwait(false))
        {
            await elector.StartAsync().ConfigureAwait(false);
            var work = elector.RunAsLeaderAsync(
                static (_, lost) => new TaskCompletionSource().Task.WaitAsync(lost), CancellationToken.None);
            await elector.WaitForLeadershipAsync().ConfigureAwait(false);
            await elector.StopAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }
}
