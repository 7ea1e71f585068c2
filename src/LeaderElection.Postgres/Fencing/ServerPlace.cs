using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>A database and the address that it was reached at; as text for people, without a password.</summary>
internal sealed record ServerPlace(ServerIdentity Identity, string? Host, int Port)
{
    public static async Task<ServerPlace> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var identity = await connection.QueryAsync(FenceSql.Identify(), FenceSql.ReadIdentity, cancellationToken)
            .ConfigureAwait(false);
        return new ServerPlace(identity!, connection.Host, connection.Port);
    }

    public override string ToString() => $"database '{Identity.Database}' at {Host}:{Port}";
}
