using System.Diagnostics;
using Npgsql;

namespace LeaderElection.Lab;

/// <summary>Counts what this process holds. Its own connection is open all the time, in no pool, and not
/// counted.</summary>
public sealed class ResourceProbe : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlConnection _connection;
    private readonly string _applicationName;

    private ResourceProbe(NpgsqlConnection connection, string applicationName)
    {
        _connection = connection;
        _applicationName = applicationName;
    }

    /// <param name="connectionString">Of any role that sees the sessions of the one that is watched.</param>
    /// <param name="applicationName">Whose sessions to count.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<ResourceProbe> OpenAsync(
        string connectionString, string applicationName, CancellationToken cancellationToken = default)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            ApplicationName = $"{applicationName}, probe",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return new ResourceProbe(connection, applicationName);
    }

    /// <summary>A sample once it has come down to what is expected, or the last one when it does not in
    /// time.</summary>
    public async Task<ResourceSample> TakeWhenAsync(
        Func<ResourceSample, bool> isExpected, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var sample = await TakeAsync(cancellationToken).ConfigureAwait(false);
            if (isExpected(sample) || Stopwatch.GetElapsedTime(began) > patience)
                return sample;
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<ResourceSample> TakeAsync(CancellationToken cancellationToken = default)
    {
        var connections = await CountConnectionsAsync(cancellationToken).ConfigureAwait(false);
        var heap = CollectAndCountHeap();
        using var process = Process.GetCurrentProcess();
        return new ResourceSample
        {
            HeapBytes = heap,
            ResidentBytes = process.WorkingSet64,
            Threads = process.Threads.Count,
            PoolThreads = ThreadPool.ThreadCount,
            Timers = Timer.ActiveCount,
            Handles = process.HandleCount,
            Connections = connections,
        };
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // What has a finalizer is freed by the collection after the one that found it dead.
    private static long CollectAndCountHeap()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private async Task<int> CountConnectionsAsync(CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = $1", _connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddWithValue(_applicationName);
            return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
