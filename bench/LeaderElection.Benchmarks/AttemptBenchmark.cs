using System.Diagnostics;
using LeaderElection.Postgres;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>
/// What an attempt through the store costs beside its bare statement on an open connection, and beside the plainest
/// statement that could keep a lease. All are measured in turn, so that ratios hold on a machine whose speed drifts.
/// </summary>
internal static class AttemptBenchmark
{
    private const int WarmUp = 200;
    private const int Pairs = 1_000;
    private static readonly LeaseClaim Claim = new()
    {
        ElectionName = "bench",
        InstanceId = "me",
        LeaseDuration = TimeSpan.FromSeconds(10),
        LockId = 1,
    };

    public static async Task RunAsync(PostgresServer server)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var store = new PostgresLeaseStore(
            database.ConnectionString, new PostgresLeaseOptions { Schema = database.Schema });
        await store.InitializeAsync(default);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        var table = new LeaseTable(database.Schema, "leader_lease");
        var sql = new LeaseSql(table, ServerFunctions.All, new NotificationSql(table));
        var bare = new BareStatements(connection, table, sql);

        var term = ((LeaseAnswer.Granted)await store.AcquireAsync(Claim, default)).Lease.FencingToken;
        await CompareAsync("renew", Nothing, Renew, () => bare.RenewAsync(term), bare.PlainUpdateAsync);
        await CompareAsync("look beside a living lease", Nothing, Acquire, bare.AcquireAsync, bare.PlainSelectAsync);
        await CompareAsync("take over", bare.ExpireAsync, Acquire, bare.AcquireAsync, bare.PlainUpsertAsync);

        Task Renew() => store.RenewAsync("bench", term, Claim.LeaseDuration, default);
        Task Acquire() => store.AcquireAsync(Claim, default);
        static Task Nothing() => Task.CompletedTask;
    }

    private static async Task CompareAsync(
        string name, Func<Task> prepare, Func<Task> attempt, Func<Task> bareStatement, Func<Task> plainStatement)
    {
        (Func<Task> Run, Figures Figures)[] ways =
            [(attempt, new Figures()), (bareStatement, new Figures()), (plainStatement, new Figures())];
        for (var pair = 0; pair < WarmUp + Pairs; pair++)
        {
            foreach (var (run, figures) in ways)
            {
                await prepare();
                var began = Stopwatch.GetTimestamp();
                await run();
                if (pair >= WarmUp)
                    figures.Add(Stopwatch.GetElapsedTime(began));
            }
        }

        var (ours, bare, plain) = (ways[0].Figures.Median, ways[1].Figures.Median, ways[2].Figures.Median);
        Console.WriteLine(
            $"{name,-36} {ours / bare:0.00} × its bare statement, {ours / plain:0.00} × a plain one "
            + $"(medians {ours:0.00}, {bare:0.00}, {plain:0.00} ms; {Pairs} pairs)");
    }
}
