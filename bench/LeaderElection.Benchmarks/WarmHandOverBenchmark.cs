using System.Diagnostics;
using LeaderElection.Postgres;
using LeaderElection.Lab;

namespace LeaderElection.Benchmarks;

/// <summary>
/// The hand-over of three instances in this one process, each with a store of its own: the protocol without what a
/// process pays when it runs its last code for the first time.
/// </summary>
internal static class WarmHandOverBenchmark
{
    private const int WarmUp = 5;
    private static readonly TimeSpan UntilFollowersListen = TimeSpan.FromMilliseconds(300);

    public static async Task RunAsync(PostgresServer server, int rounds)
    {
        await using var database = await server.CreateDatabaseAsync();
        var instances = new List<(LeaseElector Elector, PostgresLeaseStore Store)>();
        while (instances.Count < 3)
            instances.Add(await StartAsync(database));

        var handOvers = new Figures();
        for (var round = 0; round < WarmUp + rounds; round++)
        {
            await Task.WhenAny(instances.Select(instance => instance.Elector.WaitForLeadershipAsync()));
            await Task.Delay(UntilFollowersListen);
            var leader = instances.Single(instance => instance.Elector.IsLeader);
            instances.Remove(leader);
            var next = Task.WhenAny(instances.Select(instance => instance.Elector.WaitForLeadershipAsync()));

            var asked = Stopwatch.GetTimestamp();
            var stopping = leader.Elector.StopAsync();
            await next;
            if (round >= WarmUp)
                handOvers.Add(Stopwatch.GetElapsedTime(asked));

            await stopping;
            await leader.Store.DisposeAsync();
            instances.Add(await StartAsync(database));
        }

        Console.WriteLine($"{"clean stop, warm, from the call",-36} {handOvers} ms");
        foreach (var (elector, store) in instances)
        {
            await elector.DisposeAsync();
            await store.DisposeAsync();
        }
    }

    private static async Task<(LeaseElector Elector, PostgresLeaseStore Store)> StartAsync(TestDatabase database)
    {
        var store = new PostgresLeaseStore(
            database.ConnectionString, new PostgresLeaseOptions { Schema = database.Schema });
        var elector = new LeaseElector(store, new LeaderElectionOptions { LeaseDuration = NodeParty.Lease });
        await elector.StartAsync();
        return (elector, store);
    }
}
