using System.Diagnostics;
using Npgsql;

namespace FailoverDemo;

/// <summary>Reads the lease from the table, over and over: what the database knows.</summary>
internal sealed class LeaseMonitor : IAsyncDisposable
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlConnection _connection;
    private readonly string _schema;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _reading;
    private volatile LeaseRow? _current;

    private LeaseMonitor(NpgsqlConnection connection, string schema)
    {
        _connection = connection;
        _schema = schema;
        _reading = ReadAsync(_disposed.Token);
    }

    /// <summary>As last read; null when there is no row.</summary>
    public LeaseRow? Current => _current;

    public static async Task<LeaseMonitor> StartAsync(
        string connectionString, string schema, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return new LeaseMonitor(connection, schema);
    }

    /// <summary>
    /// The row as a leader that is dead or frozen left it: read a little later, because its last renewal may have
    /// been on its way.
    /// </summary>
    public async Task<LeaseRow?> LastOfAsync(long token, CancellationToken cancellationToken)
    {
        await Task.Delay(3 * ReadEvery, cancellationToken);
        return _current is { } row && row.Token == token ? row : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _reading;
        await _connection.DisposeAsync();
        _disposed.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _current = await ReadRowAsync(cancellationToken);
                await Task.Delay(ReadEvery, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task<LeaseRow?> ReadRowAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT leader_id, fencing_token, extract(epoch FROM expires_at - clock_timestamp())::float8
            FROM {_schema}.leader_lease WHERE id = $1
            """,
            _connection);
        command.Parameters.AddWithValue(WorkerCommand.ElectionName);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            var runsOutAt = Stopwatch.GetTimestamp() + (long)(reader.GetDouble(2) * Stopwatch.Frequency);
            return new LeaseRow(reader.GetString(0), reader.GetInt64(1), runsOutAt);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // No worker has made it yet.
            return null;
        }
    }
}

/// <summary>A lease as the table has it: what the database knows, whatever the workers believe.</summary>
/// <param name="Holder">The worker.</param>
/// <param name="Token">Its term.</param>
/// <param name="RunsOutAt">On the monotonic clock of this machine; late by at most one round trip.</param>
internal sealed record LeaseRow(string Holder, long Token, long RunsOutAt);
