using System.Runtime.InteropServices;
using LeaderElection;
using LeaderElection.Postgres;

// Leader election without a host. Run it in two terminals, and stop the one that leads with Ctrl+C.
var connectionString = args.FirstOrDefault() ?? Environment.GetEnvironmentVariable("LEADER_ELECTION_POSTGRES");
if (string.IsNullOrEmpty(connectionString))
{
    Console.Error.WriteLine(
        "Which Postgres? Set LEADER_ELECTION_POSTGRES, or give the connection string as the first argument: "
        + "\"Host=localhost;Username=postgres;Password=…;Database=postgres\"");
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

await using var store = new PostgresLeaseStore(connectionString);

// What LE_LEASE_DURATION and the like say; the name is the program's own.
var options = LeaderElectionOptions.FromEnvironment();
options.ElectionName = "standalone";
await using var elector = new LeaseElector(store, options);
elector.LeadershipChanged += (_, change) =>
    Console.WriteLine($"{change.Reason}: {change.Leader?.InstanceId ?? "nobody"} leads.");

await elector.StartAsync();
Console.WriteLine($"{elector.InstanceId} contends. Ctrl+C stops it.");
try
{
    await elector.RunAsLeaderAsync(WorkAsync, stop.Token);
}
catch (OperationCanceledException)
{
    // Stopped. Disposing the elector gives the lease away: the next one leads within milliseconds.
}

return 0;

static async Task WorkAsync(Leadership leadership, CancellationToken lost)
{
    while (true)
    {
        Console.WriteLine($"Working in term {leadership.FencingToken}.");
        await Task.Delay(TimeSpan.FromSeconds(1), lost);
    }
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
