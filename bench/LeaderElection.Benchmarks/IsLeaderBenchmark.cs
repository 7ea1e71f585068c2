using System.Diagnostics;

namespace LeaderElection.Benchmarks;

/// <summary>What a call of <see cref="ILeaderElector.IsLeader"/> costs on a leader: nanoseconds and bytes.</summary>
internal static class IsLeaderBenchmark
{
    private const int Batches = 40;
    private const int CallsPerBatch = 2_000_000;

    public static async Task<bool> RunAsync()
    {
        await using var elector = new LeaseElector(new InMemoryLeaseStore());
        await elector.StartAsync();
        await elector.WaitForLeadershipAsync();

        var nanoseconds = new Figures();
        CountTrue(elector, CallsPerBatch);
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var calls = 0L;
        for (var batch = 0; batch < Batches; batch++)
        {
            var began = Stopwatch.GetTimestamp();
            calls += CountTrue(elector, CallsPerBatch);
            nanoseconds.Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / CallsPerBatch);
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / (double)calls;
        Console.WriteLine($"{"IsLeader on a leader",-36} {nanoseconds} ns a call; {bytes:0.000} bytes a call");
        return calls == (long)Batches * CallsPerBatch;
    }

    private static int CountTrue(LeaseElector elector, int calls)
    {
        var count = 0;
        for (var call = 0; call < calls; call++)
            count += elector.IsLeader ? 1 : 0;
        return count;
    }
}
