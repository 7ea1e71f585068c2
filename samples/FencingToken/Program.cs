using FencingToken;
using LeaderElection;
using LeaderElection.Postgres;

// Data that is not in the database of the lease: a ledger file that refuses tokens lower than the highest it has seen.
var connectionString = args.FirstOrDefault() ?? Environment.GetEnvironmentVariable("LEADER_ELECTION_POSTGRES");
if (string.IsNullOrEmpty(connectionString))
{
    Console.Error.WriteLine(
        "Which Postgres? Set LEADER_ELECTION_POSTGRES, or give the connection string as the first argument: "
        + "\"Host=localhost;Username=postgres;Password=…;Database=postgres\"");
    return 2;
}

var folder = Directory.CreateTempSubdirectory("fencing-token-");
var ledger = new Ledger(Path.Combine(folder.FullName, "ledger.txt"));
try
{
    await using var store = new PostgresLeaseStore(connectionString);
    var paused = await LeadOnceAsync(store, "paused");
    await AppendAsync(paused, "begun");

    var next = await LeadOnceAsync(store, "next");
    await AppendAsync(next, "carried on");

    // The first one wakes up, still believes what it knew, and acts.
    return await AppendAsync(paused, "carried on, too late") ? 1 : 0;
}
finally
{
    folder.Delete(recursive: true);
}

async Task<bool> AppendAsync(Leadership leadership, string text)
{
    var isWritten = await ledger.TryAppendAsync(leadership.FencingToken, text, CancellationToken.None);
    Console.WriteLine($"{(isWritten ? "Written" : "Refused")}: '{text}' by {leadership}.");
    return isWritten;
}

// Two instances in one process, for the sake of the story.
static async Task<Leadership> LeadOnceAsync(PostgresLeaseStore store, string instanceId)
{
    await using var elector = new LeaseElector(
        store, new LeaderElectionOptions { ElectionName = "fencing-token", InstanceId = instanceId });
    await elector.StartAsync();
    return await elector.WaitForLeadershipAsync();
}
