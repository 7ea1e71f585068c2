using System.Diagnostics;
using LeaderElection.Postgres;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>
/// How many renewals are HOT updates, and how long one takes after many of them beside a long open transaction, under
/// which no old version of a row can be removed. Measured for the layout that the script makes and for the one before
/// it, in turn.
/// </summary>
internal static class HotBenchmark
{
    private const int WithoutTransaction = 1_000;
    private const int Measured = 500;
    private const int Slices = 20;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(PostgresServer server, int renewals)
    {
        await using var now = await LayoutAsync(server, "as the script lays it out", "SELECT");
        await using var before = await LayoutAsync(
            server,
            "B-tree, fillfactor 100",
            """
            DROP INDEX IF EXISTS "{0}".leader_lease_expires_at_idx;
            ALTER TABLE "{0}".leader_lease RESET (fillfactor);
            CREATE INDEX ON "{0}".leader_lease (expires_at)
            """);
        Layout[] layouts = [now, before];

        foreach (var layout in layouts)
            await layout.RenewAsync(WithoutTransaction);
        foreach (var layout in layouts)
            await layout.TellHotShareAsync("no transaction open");

        foreach (var layout in layouts)
            await layout.OpenTransactionAsync();
        for (var slice = 0; slice < Slices; slice++)
        {
            foreach (var layout in layouts)
                await layout.RenewAsync(renewals / Slices);
        }

        var figures = layouts.Select(_ => new Figures()).ToList();
        for (var renewal = 0; renewal < Measured; renewal++)
        {
            foreach (var (layout, times) in layouts.Zip(figures))
            {
                var began = Stopwatch.GetTimestamp();
                await layout.RenewAsync(1);
                times.Add(Stopwatch.GetElapsedTime(began));
            }
        }

        foreach (var (layout, times) in layouts.Zip(figures))
        {
            await layout.TellHotShareAsync($"beside a transaction, {renewals} renewals");
            Console.WriteLine($"{layout.Name,-28} then a renewal takes {times.Median:0.00} ms (median of {Measured})");
        }
    }

    private static async Task<Layout> LayoutAsync(PostgresServer server, string name, string change)
    {
        var database = await server.CreateDatabaseAsync();
        var layout = new Layout(name, database);
        await layout.PrepareAsync(change.Replace("{0}", database.Schema, StringComparison.Ordinal));
        return layout;
    }

    private sealed class Layout(string name, TestDatabase database) : IAsyncDisposable
    {
        private readonly PostgresLeaseStore _store = new(
            database.ConnectionString, new PostgresLeaseOptions { Schema = database.Schema });

        private readonly NpgsqlConnection _reader = new(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);

        private long _token;
        private (long Updates, long Hot) _told;

        public string Name => name;

        public async Task PrepareAsync(string change)
        {
            await _store.InitializeAsync(default);
            await _reader.OpenAsync();
            await ExecuteAsync(change);
            var claim = new LeaseClaim
            {
                ElectionName = "bench",
                InstanceId = "me",
                LeaseDuration = Lease,
                LockId = 1,
            };
            _token = ((LeaseAnswer.Granted)await _store.AcquireAsync(claim, default)).Lease.FencingToken;
        }

        public async Task RenewAsync(int times)
        {
            for (var renewal = 0; renewal < times; renewal++)
                await _store.RenewAsync("bench", _token, Lease, default);
        }

        // A snapshot in use is what keeps old versions.
        public Task OpenTransactionAsync() => ExecuteAsync(
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_catalog.pg_class");

        public async Task TellHotShareAsync(string when)
        {
            // A session tells what it did about once a second.
            await Task.Delay(TimeSpan.FromSeconds(2));
            await RenewAsync(1);
            await Task.Delay(TimeSpan.FromSeconds(1));
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(
                """
                SELECT n_tup_upd, n_tup_hot_upd FROM pg_catalog.pg_stat_user_tables
                WHERE schemaname = $1 AND relname = 'leader_lease'
                """,
                connection);
            command.Parameters.AddWithValue(database.Schema);
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            var (updates, hot) = (row.GetInt64(0), row.GetInt64(1));
            var share = 100.0 * (hot - _told.Hot) / Math.Max(1, updates - _told.Updates);
            Console.WriteLine($"{Name,-28} {share,5:0.0} % of renewals HOT ({when})");
            _told = (updates, hot);
        }

        public async ValueTask DisposeAsync()
        {
            await _reader.DisposeAsync();
            await _store.DisposeAsync();
            await database.DisposeAsync();
        }

        private async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, _reader);
            await command.ExecuteNonQueryAsync();
        }
    }
}
