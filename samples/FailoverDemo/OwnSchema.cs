using System.Security.Cryptography;
using Npgsql;

namespace FailoverDemo;

/// <summary>Where the demo keeps its table, so that nothing is left of it in the database.</summary>
internal sealed class OwnSchema : IAsyncDisposable
{
    private readonly string _connectionString;

    private OwnSchema(string connectionString, string name)
    {
        _connectionString = connectionString;
        Name = name;
    }

    public string Name { get; }

    public static async Task<OwnSchema> CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var name = $"failover_demo_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        await ExecuteAsync(connectionString, $"CREATE SCHEMA {name}", cancellationToken);
        return new OwnSchema(connectionString, name);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync(_connectionString, $"DROP SCHEMA {Name} CASCADE", CancellationToken.None);
        }
        catch (NpgsqlException exception)
        {
            await Console.Error.WriteLineAsync($"Schema {Name} could not be dropped: {exception.Message}");
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
