using Dapper;
using LeaderElection.Postgres.Tests;
using LeaderElection.Lab;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServer))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace LeaderElection.Postgres.Tests;

/// <summary>The one server of a test run, and the one database in it that the tests may do everything with.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private PostgresServer? _server;
    private TestDatabase? _database;

    public string ConnectionString =>
        _database?.ConnectionString ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _database = await _server.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();

        // Roles belong to the server, not to the database.
        if (_server is not null)
        {
            await ExecuteAsync(
                "DROP ROLE IF EXISTS leader_election_limited, leader_election_checked, leader_election_fencing, "
                + "leader_election_app, leader_election_planter",
                _server.ConnectionString);
        }

        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>A database apart, for tests that change more than a schema.</summary>
    public Task<TestDatabase> NewDatabaseAsync() => _server!.CreateDatabaseAsync();

    public async Task ExecuteAsync(string sql, string? connectionString = null)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString ?? ConnectionString));
        await connection.ExecuteAsync(sql);
    }

    public async Task<T> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Unpooled(ConnectionString));
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    /// <summary>An empty schema of that name, whatever an earlier run left behind.</summary>
    public async Task<PostgresLeaseOptions> NewSchemaAsync(string name)
    {
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await ExecuteAsync($"DROP SCHEMA IF EXISTS {quoted} CASCADE; CREATE SCHEMA {quoted}");
        return new PostgresLeaseOptions { Schema = name };
    }

    public string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
        change(builder);
        return builder.ConnectionString;
    }

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
}
