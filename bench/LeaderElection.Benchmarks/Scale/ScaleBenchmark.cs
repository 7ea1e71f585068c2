using System.Diagnostics;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>Many elections in one process, and in a second one that follows it.</summary>
internal static class ScaleBenchmark
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <param name="server">Where the leases are.</param>
    /// <param name="elections">How many.</param>
    /// <param name="watched">How long to look at the steady state.</param>
    public static async Task RunAsync(PostgresServer server, int elections, TimeSpan watched)
    {
        await BatchRates.RunAsync(server);
        await using var database = await server.CreateDatabaseAsync();
        Console.WriteLine($"{elections:N0} elections, lease {Lease.TotalSeconds:0} s");

        await using var leader = await ScaleChild.StartAsync(SettingsOf(database, "first", elections));
        var all = await leader.ReadUntilAsync(report => report.Leading == elections);
        Say("all lead after the start", $"{all.Elapsed.TotalSeconds:0.0} s");

        await using var alone = new Statements(database);
        await alone.BeginAsync();
        await WatchAsync("alone", leader, watched);
        Say("alone: statements", $"{await alone.PerSecondAsync():0.0} a second");
        Say("alone: memory", $"{await leader.BytesPerElectionAsync() / 1024.0:0.0} KB an election");

        await using var follower = await ScaleChild.StartAsync(SettingsOf(database, "second", elections));
        var known = await follower.ReadUntilAsync(report => report.Known == elections);
        Say("a second process knows all leaders after", $"{known.Elapsed.TotalSeconds:0.0} s");
        await Task.WhenAll(BesideAsync(database, leader, watched), WatchAsync("follower", follower, watched));
        Say("follower: memory", $"{await follower.BytesPerElectionAsync() / 1024.0:0.0} KB an election");

        var killed = Stopwatch.StartNew();
        leader.Kill();
        await follower.ReadUntilAsync(report => report.Leading == elections);
        Say("after kill -9 the second leads all within", $"{killed.Elapsed.TotalSeconds:0.0} s");

        var stopped = Stopwatch.StartNew();
        await follower.StopAsync();
        Say("all are stopped, and the process has ended, after", $"{stopped.Elapsed.TotalSeconds:0.0} s");
        Say("leases left in the table", $"{await CountAsync(database):N0}");
    }

    private static ScaleSettings SettingsOf(TestDatabase database, string instanceId, int elections) =>
        new(database.ConnectionString, database.Schema, instanceId, elections, Lease);

    private static async Task WatchAsync(string what, ScaleChild child, TimeSpan duration)
    {
        var (first, last) = await child.WatchAsync(duration);
        var share = (last.Processor - first.Processor) / (last.Elapsed - first.Elapsed);
        Say($"{what}: processor", $"{100 * share:0.0} % of a core for {duration.TotalSeconds:0} s");
        Say($"{what}: terms lost", $"{last.Lost - first.Lost}");
    }

    private static async Task BesideAsync(TestDatabase database, ScaleChild leader, TimeSpan duration)
    {
        await using var statements = new Statements(database);
        await statements.BeginAsync();
        await WatchAsync("leader beside a follower", leader, duration);
        Say("both: statements", $"{await statements.PerSecondAsync():0.0} a second");
    }

    private static async Task<long> CountAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT count(*) FROM \"{database.Schema}\".leader_lease", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static void Say(string what, string figure) => Console.WriteLine($"  {what,-48} {figure}");

    /// <summary>What the server counts: every statement of the store is a transaction.</summary>
    private sealed class Statements(TestDatabase database) : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection = new(database.ConnectionString);
        private readonly Stopwatch _clock = new();
        private long _before;

        public async Task BeginAsync()
        {
            await _connection.OpenAsync();
            _before = await ReadAsync();
            _clock.Start();
        }

        public async Task<double> PerSecondAsync() => (await ReadAsync() - _before) / _clock.Elapsed.TotalSeconds;

        public ValueTask DisposeAsync() => _connection.DisposeAsync();

        private async Task<long> ReadAsync()
        {
            await using var command = new NpgsqlCommand(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()",
                _connection);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }
}
