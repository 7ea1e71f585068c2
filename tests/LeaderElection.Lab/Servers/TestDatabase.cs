using System.Security.Cryptography;
using Npgsql;

namespace LeaderElection.Lab;

/// <summary>
/// A database for one user of a server, or, where the role may create none, a schema of the one at hand. Dropped with
/// everything in it when disposed.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _serverConnectionString;
    private readonly string _dropStatement;

    private TestDatabase(string serverConnectionString, string connectionString, string schema, string dropStatement)
    {
        _serverConnectionString = serverConnectionString;
        _dropStatement = dropStatement;
        ConnectionString = connectionString;
        Schema = schema;
    }

    public string ConnectionString { get; }

    /// <summary>Where the tables belong.</summary>
    public string Schema { get; }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync(_serverConnectionString, _dropStatement, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // A test may have left the server stopped; on a throw-away cluster nothing needs dropping.
        }
    }

    internal static async Task<TestDatabase> CreateAsync(
        string serverConnectionString, CancellationToken cancellationToken)
    {
        var name = $"leader_election_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            await ExecuteAsync(serverConnectionString, $"CREATE DATABASE {name}", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await ExecuteAsync(serverConnectionString, $"CREATE SCHEMA {name}", cancellationToken)
                .ConfigureAwait(false);
            return new TestDatabase(
                serverConnectionString, serverConnectionString, name, $"DROP SCHEMA IF EXISTS {name} CASCADE");
        }

        var own = new NpgsqlConnectionStringBuilder(serverConnectionString) { Database = name };
        return new TestDatabase(
            serverConnectionString, own.ConnectionString, "public", $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(sql, connection);
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
