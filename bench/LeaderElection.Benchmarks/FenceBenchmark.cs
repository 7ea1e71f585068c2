using System.Diagnostics;
using LeaderElection.Postgres;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>
/// What a fenced transaction costs beside a plain one with the same insert of a single row, and beside that with one
/// more round trip that does nothing, on one open connection. All are measured in turn, so that ratios hold on a
/// machine whose speed drifts.
/// </summary>
internal static class FenceBenchmark
{
    private const int WarmUp = 200;
    private const int Pairs = 1_000;

    public static async Task RunAsync(PostgresServer server)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var store = new PostgresLeaseStore(
            database.ConnectionString, new PostgresLeaseOptions { Schema = database.Schema });
        await using var elector = new LeaseElector(store);
        await elector.StartAsync();
        var term = await elector.WaitForLeadershipAsync();

        await CompareAsync("fenced transaction", database, term, settings => settings.MaxAutoPrepare = 0);
        await CompareAsync("the same, auto-prepared", database, term, settings => settings.MaxAutoPrepare = 10);
    }

    private static async Task CompareAsync(
        string name, TestDatabase database, Leadership term, Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false };
        change(settings);
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        var table = $"\"{database.Schema}\".written";
        await ExecuteAsync($"CREATE TABLE IF NOT EXISTS {table} (token bigint, at timestamptz)");

        var (plain, oneMore, fenced) = (new Figures(), new Figures(), new Figures());
        for (var pair = 0; pair < WarmUp + Pairs; pair++)
        {
            await MeasureAsync(plain, pair, () => connection.BeginTransactionAsync().AsTask());
            await MeasureAsync(oneMore, pair, BeginWithOneMoreRoundTripAsync);
            await MeasureAsync(fenced, pair, () => term.BeginFencedTransactionAsync(connection));
        }

        Console.WriteLine(
            $"{name,-36} {fenced.Median / plain.Median:0.00} × a plain one, {fenced.Median / oneMore.Median:0.00} × "
            + $"one with a round trip more (medians {fenced.Median:0.00}, {plain.Median:0.00}, "
            + $"{oneMore.Median:0.00} ms; {Pairs} pairs)");

        async Task<NpgsqlTransaction> BeginWithOneMoreRoundTripAsync()
        {
            var transaction = await connection.BeginTransactionAsync();
            await ExecuteAsync("SELECT @token");
            return transaction;
        }

        async Task MeasureAsync(Figures figures, int pair, Func<Task<NpgsqlTransaction>> begin)
        {
            var began = Stopwatch.GetTimestamp();
            await using (var transaction = await begin())
            {
                await ExecuteAsync($"INSERT INTO {table} VALUES (@token, clock_timestamp())");
                await transaction.CommitAsync();
            }

            if (pair >= WarmUp)
                figures.Add(Stopwatch.GetElapsedTime(began));
        }

        async Task ExecuteAsync(string text)
        {
            await using var command = new NpgsqlCommand(text, connection);
            command.Parameters.AddWithValue("token", term.FencingToken);
            await command.ExecuteNonQueryAsync();
        }
    }
}
