using LeaderElection.Testing;
using Npgsql;

namespace FailoverDemo;

/// <summary>Reads the lease from the table, over and over: what the database knows.</summary>
internal sealed class LeaseMonitor : IAsyncDisposable
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlConnection _connection;
    private readonly string _schema;
    private readonly string _electionName;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _reading;
    private volatile LeaseRow? _current;

    private LeaseMonitor(NpgsqlConnection connection, string schema, string electionName)
    {
        _connection = connection;
        _schema = schema;
        _electionName = electionName;
        _reading = ReadAsync(_disposed.Token);
    }

    /// <summary>As last read; null when there is no row.</summary>
    public LeaseRow? Current => _current;

    public static async Task<LeaseMonitor> StartAsync(
        TestDatabase database, string electionName, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return new LeaseMonitor(connection, database.Schema, electionName);
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
                _current = await LeaseRow.ReadAsync(_connection, _schema, _electionName, cancellationToken);
                await Task.Delay(ReadEvery, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
