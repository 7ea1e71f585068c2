using FencedTransactions;
using LeaderElection;
using LeaderElection.Postgres;
using Npgsql;

// Writes that only the leader can commit: with Npgsql, Dapper and EF Core, then once more when the term is over.
var connectionString = args.FirstOrDefault() ?? Environment.GetEnvironmentVariable("LEADER_ELECTION_POSTGRES");
if (string.IsNullOrEmpty(connectionString))
{
    Console.Error.WriteLine(
        "Which Postgres? Set LEADER_ELECTION_POSTGRES, or give the connection string as the first argument: "
        + "\"Host=localhost;Username=postgres;Password=…;Database=postgres\"");
    return 2;
}

await using var dataSource = NpgsqlDataSource.Create(connectionString);
await using (var create = dataSource.CreateCommand(
    """
    CREATE TABLE IF NOT EXISTS fenced_invoice (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        text text NOT NULL
    )
    """))
{
    await create.ExecuteNonQueryAsync();
}

await using var store = new PostgresLeaseStore(connectionString);
await using var elector = new LeaseElector(store, new LeaderElectionOptions { ElectionName = "fenced-transactions" });
await elector.StartAsync();
Console.WriteLine($"{elector.InstanceId} contends.");
var leadership = await elector.WaitForLeadershipAsync();
Console.WriteLine($"It leads in term {leadership.FencingToken}.");

await WithNpgsql.WriteAsync(leadership, dataSource);
await WithDapper.WriteAsync(leadership, dataSource);
await WithEfCore.FenceATransactionOfEfCoreAsync(leadership, dataSource);
await WithEfCore.GiveEfCoreAFencedTransactionAsync(leadership, dataSource);

// As a leader that was paused: it still has the term, but the lease is gone.
await elector.StopAsync();
try
{
    await WithNpgsql.WriteAsync(leadership, dataSource);
    return 1;
}
catch (LeadershipLostException refusal)
{
    Console.WriteLine($"Refused: {refusal.Message}");
    return 0;
}
