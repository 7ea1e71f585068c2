using System.Diagnostics;
using LeaderElection.Lab;
using LeaderElection.Postgres;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>How many renewals a second go through one connection: by the store, and by the barest statement.</summary>
internal static class BatchRates
{
    private const int Elections = 10_000;
    private const int BatchSize = 1_000;
    private const int Rounds = 15;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(PostgresServer server)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var store = new PostgresLeaseStore(
            database.ConnectionString, new PostgresLeaseOptions { Schema = database.Schema });
        await store.InitializeAsync(CancellationToken.None);
        var clock = Stopwatch.StartNew();
        var renewals = await AcquireAsync(store);
        Console.WriteLine(
            $"{Elections:N0} leases taken by one store: {Elections / clock.Elapsed.TotalSeconds:N0} a second");
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();

        var (own, bare, log) = (new Figures(), new Figures(), new Figures());
        for (var round = 0; round < Rounds; round++)
        {
            var before = await WalBytesAsync(connection);
            own.Add(await RateAsync(renewals, batch => store.RenewAsync(batch, CancellationToken.None)));
            log.Add((await WalBytesAsync(connection) - before) / Elections);
            bare.Add(await RateAsync(renewals, batch => BareAsync(connection, database.Schema, batch)));
        }

        Console.WriteLine(
            $"renewals in batches of {BatchSize:N0}: the store {own.Median:N0} a second, the bare statement "
            + $"{bare.Median:N0} a second: {100 * own.Median / bare.Median:0} % (medians of {Rounds} rounds), "
            + $"{log.Median:0} bytes of WAL a renewal");
    }

    private static async Task<List<LeaseRenewal>> AcquireAsync(PostgresLeaseStore store)
    {
        var renewals = new List<LeaseRenewal>();
        var left = Enumerable.Range(0, Elections).Select(number => new LeaseClaim
        {
            ElectionName = $"tenant-{number}",
            InstanceId = "me",
            LeaseDuration = Lease,
            LockId = number,
        }).ToList();
        while (left.Count > 0)
        {
            var batch = left.Take(BatchSize).ToList();
            var answers = await store.AcquireAsync(batch, CancellationToken.None);
            for (var i = 0; i < batch.Count; i++)
            {
                if (answers[i] is not LeaseAnswer.Granted { Lease: var lease })
                    continue;
                left.Remove(batch[i]);
                renewals.Add(new LeaseRenewal(new LeaseTerm(batch[i].ElectionName, lease.FencingToken), Lease));
            }
        }

        return renewals;
    }

    private static async Task<double> RateAsync(
        List<LeaseRenewal> renewals, Func<IReadOnlyList<LeaseRenewal>, Task> renew)
    {
        var clock = Stopwatch.StartNew();
        foreach (var batch in renewals.Chunk(BatchSize))
            await renew(batch);
        return renewals.Count / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> WalBytesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS double precision)", connection);
        return (double)(await command.ExecuteScalarAsync())!;
    }

    private static async Task BareAsync(
        NpgsqlConnection connection, string schema, IReadOnlyList<LeaseRenewal> renewals)
    {
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE "{schema}".leader_lease AS lease SET expires_at = clock_timestamp() + interval '10 min'
            FROM unnest($1::text[], $2::bigint[]) AS asked (id, token)
            WHERE lease.id = asked.id AND lease.fencing_token = asked.token
            """,
            connection);
        command.Parameters.AddWithValue(renewals.Select(renewal => renewal.Term.ElectionName).ToArray());
        command.Parameters.AddWithValue(renewals.Select(renewal => renewal.Term.FencingToken).ToArray());
        var renewed = await command.ExecuteNonQueryAsync();
        if (renewed != renewals.Count)
            throw new InvalidOperationException($"The bare statement renewed {renewed} of {renewals.Count} leases.");
    }
}
