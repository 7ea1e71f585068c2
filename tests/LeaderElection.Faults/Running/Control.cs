using LeaderElection.Lab;
using Npgsql;
using static System.Data.ConnectionState;

namespace LeaderElection.Faults;

/// <summary>The runner's own way to the database, past all relays. Opened anew after the server was away.</summary>
internal sealed class Control(TestDatabase database) : IAsyncDisposable
{
    private const int CommandTimeout = 10;
    private static readonly TimeSpan LongestRead = TimeSpan.FromMilliseconds(500);

    private NpgsqlConnection? _connection;

    public string Schema => database.Schema;

    public string LeaseTable => $"{Schema}.leader_lease";

    public string ConnectionString => database.ConnectionString;

    /// <summary>A connection of its own, in no pool; the caller's to dispose.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Pooling = false,
            CommandTimeout = CommandTimeout,
            ApplicationName = "runner",
            Options = "-c default_transaction_read_only=off",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (Exception)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => UseAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteNonQueryAsync(token);
        },
        cancellationToken);

    public Task<T> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        UseAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await using var reader = await command.ExecuteReaderAsync(token);
                return read(reader);
            },
            cancellationToken);

    /// <summary>Null when there is no row, or it cannot be read now.</summary>
    public async Task<LeaseRow?> TryReadLeaseAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestRead);
        try
        {
            return await UseAsync(
                (connection, token) => LeaseRow.ReadAsync(connection, Schema, "default", token), limit.Token);
        }
        catch (Exception exception) when (
            exception is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private async Task<T> UseAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            _connection ??= await OpenAsync(cancellationToken);
            return await use(_connection, cancellationToken);
        }
        catch (Exception exception) when (exception is not PostgresException || _connection is not { State: Open })
        {
            // Of a server that went away in between; the caller says whether it is worth another try.
            if (_connection is not null)
                await _connection.DisposeAsync();
            _connection = null;
            throw;
        }
    }
}
