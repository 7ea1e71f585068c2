using System.Diagnostics;
using LeaderElection.Postgres;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>
/// What an attempt costs beside a bare statement that writes the same row over an open connection: pairs in turn, so that
/// the ratio holds on a machine whose speed drifts.
/// </summary>
internal static class AttemptBenchmark
{
    private const int Pairs = 1_000;
    private const string Place = "bench_attempt";

    private static readonly LeaseClaim Claim = new("bench", "me", TimeSpan.FromSeconds(10), 1, null);

    public static async Task RunAsync(string connectionString)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var connection = await dataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, $"DROP SCHEMA IF EXISTS {Place} CASCADE; CREATE SCHEMA {Place}");
        await using var store = new PostgresLeaseStore(connectionString, new PostgresLeaseOptions { Schema = Place });
        await store.InitializeAsync(default);
        await ExecuteAsync(
            connection,
            $"CREATE TABLE {Place}.bare (LIKE {Place}.leader_lease INCLUDING ALL)");

        await CompareAsync(
            "renew  / bare UPDATE",
            await GrantedAsync(store),
            term => store.RenewAsync("bench", term.FencingToken, Claim.LeaseDuration, default),
            () => ExecuteAsync(
                connection,
                $"UPDATE {Place}.leader_lease SET expires_at = clock_timestamp() + $1 WHERE id = $2",
                TimeSpan.FromSeconds(10), "bench"));
        await ExecuteAsync(connection, $"DELETE FROM {Place}.leader_lease");

        var acquire = new Figures();
        var upsert = new Figures();
        for (var pair = 0; pair < Pairs; pair++)
        {
            await ExecuteAsync(
                connection,
                $"UPDATE {Place}.leader_lease SET created_at = now() - interval '2 s', expires_at = now() - interval '1 s'");
            acquire.Add(await TimeAsync(() => store.AcquireAsync(Claim, default)));
            await ExecuteAsync(
                connection,
                $"UPDATE {Place}.bare SET created_at = now() - interval '2 s', expires_at = now() - interval '1 s'");
            upsert.Add(await TimeAsync(() => ExecuteAsync(
                connection,
                $"""
                INSERT INTO {Place}.bare VALUES ($1, 'me', 1, clock_timestamp() + $2, clock_timestamp(), NULL)
                ON CONFLICT (id) DO UPDATE SET leader_id = excluded.leader_id, fencing_token = bare.fencing_token + 1,
                    created_at = excluded.created_at, expires_at = excluded.expires_at
                """,
                "bench", TimeSpan.FromSeconds(10))));
        }

        Print("acquire / bare upsert", acquire, upsert);
        await ExecuteAsync(connection, $"DROP SCHEMA {Place} CASCADE");
    }

    private static async Task<Lease> GrantedAsync(PostgresLeaseStore store) =>
        (await store.AcquireAsync(Claim, default)).Lease!;

    private static async Task CompareAsync(
        string name, Lease term, Func<Lease, Task> attempt, Func<Task> bare)
    {
        var ours = new Figures();
        var theirs = new Figures();
        for (var pair = 0; pair < Pairs; pair++)
        {
            ours.Add(await TimeAsync(() => attempt(term)));
            theirs.Add(await TimeAsync(bare));
        }

        Print(name, ours, theirs);
    }

    private static void Print(string name, Figures ours, Figures theirs) => Console.WriteLine(
        $"{name,-28} ratio of medians {ours.Median / theirs.Median:0.00} "
        + $"({ours.Median:0.00} ms / {theirs.Median:0.00} ms, {ours.Count} pairs)");

    private static async Task<TimeSpan> TimeAsync(Func<Task> run)
    {
        var began = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
