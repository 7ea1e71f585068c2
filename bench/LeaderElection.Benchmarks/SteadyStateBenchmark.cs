using System.Diagnostics;
using LeaderElection.Postgres;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>What an election costs while nothing happens: statements a lease and connections a process.</summary>
internal static class SteadyStateBenchmark
{
    private const int Elections = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(PostgresServer server)
    {
        await using var database = await server.CreateDatabaseAsync();
        var options = new PostgresLeaseOptions { Schema = database.Schema };
        await using var leaders = new PostgresLeaseStore(Named(database, "leaders"), options);
        await using var followers = new PostgresLeaseStore(Named(database, "followers"), options);
        var leading = await StartAsync(leaders);
        foreach (var elector in leading)
            await elector.WaitForLeadershipAsync();
        var following = await StartAsync(followers);

        // The start is over: connections opened for it are closed again.
        await Task.Delay(Lease);
        var statements = new Dictionary<string, int>(StringComparer.Ordinal);
        using (Count(statements))
            await Task.Delay(Duration);

        var leases = Elections * (Duration / Lease);
        Console.WriteLine(
            $"{"follower beside a leader",-36} {Of("INSERT") / leases:0.00} looks a lease, "
            + $"{Of("SELECT pg_notify") / 2.0 / leases:0.00} echoes of LISTEN a lease ({Elections} elections)");
        Console.WriteLine($"{"leader",-36} {Of("UPDATE \"") / leases:0.00} renewals a lease");
        Console.WriteLine(
            $"{"connections of a process",-36} {await ConnectionsAsync(database, "leaders")} (leaders), "
            + $"{await ConnectionsAsync(database, "followers")} (followers), {Elections} elections each");

        await Task.WhenAll(following.Concat(leading).Select(elector => elector.StopAsync()));

        double Of(string text)
        {
            lock (statements)
            {
                return statements.Where(statement => statement.Key.Contains(text, StringComparison.Ordinal))
                    .Sum(statement => statement.Value);
            }
        }
    }

    private static async Task<List<LeaseElector>> StartAsync(PostgresLeaseStore store)
    {
        var electors = Enumerable.Range(0, Elections).Select(number => new LeaseElector(
            store, new LeaderElectionOptions { ElectionName = $"election {number}", LeaseDuration = Lease })).ToList();
        foreach (var elector in electors)
            await elector.StartAsync();
        return electors;
    }

    private static ActivityListener Count(Dictionary<string, int> statements)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var statement = activity.TagObjects.Select(tag => tag.Value as string)
                    .FirstOrDefault(value => value?.Contains("clock_timestamp", StringComparison.Ordinal) == true
                        || value?.Contains("pg_notify", StringComparison.Ordinal) == true);
                if (statement is null)
                    return;
                lock (statements)
                    statements[statement] = statements.GetValueOrDefault(statement) + 1;
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static async Task<long> ConnectionsAsync(TestDatabase database, string name)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", connection);
        command.Parameters.AddWithValue(name);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static string Named(TestDatabase database, string name) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = name }.ConnectionString;
}
