using LeaderElection.Postgres;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>The store's own statements, and the plainest ones that do the like, on one open connection.</summary>
internal sealed class BareStatements(NpgsqlConnection connection, LeaseTable table, LeaseSql sql)
{
    private static readonly LeaseClaim Claim = new()
    {
        ElectionName = "bench",
        InstanceId = "me",
        LeaseDuration = TimeSpan.FromSeconds(10),
        LockId = 1,
    };

    public Task AcquireAsync() => ExecuteAsync(sql.Acquire([Claim], TimeSpan.FromSeconds(1)));

    public Task RenewAsync(long fencingToken) => ExecuteAsync(
        sql.Renew([new LeaseRenewal(new LeaseTerm(Claim.ElectionName, fencingToken), Claim.LeaseDuration)]));

    public Task PlainSelectAsync() => ExecuteAsync($"SELECT * FROM {table.Quoted} WHERE id = @id", ("id", "bench"));

    public Task PlainUpdateAsync() => ExecuteAsync(
        $"UPDATE {table.Quoted} SET expires_at = clock_timestamp() + interval '10 s' WHERE id = @id", ("id", "bench"));

    public Task PlainUpsertAsync() => ExecuteAsync(
        $"""
        INSERT INTO {table.Quoted} VALUES (@id, @leaderId, nextval({table.SequenceLiteral}),
            clock_timestamp() + interval '10 s', clock_timestamp(), NULL)
        ON CONFLICT (id) DO UPDATE SET leader_id = excluded.leader_id, fencing_token = excluded.fencing_token,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        """,
        ("id", "bench"), ("leaderId", "me"));

    public Task ExpireAsync() => ExecuteAsync(
        $"""
        UPDATE {table.Quoted}
        SET created_at = clock_timestamp() - interval '2 s', expires_at = clock_timestamp() - interval '1 s'
        """);

    private async Task ExecuteAsync(string text, params (string Name, object Value)[] parameters)
    {
        await using var command = new NpgsqlCommand(text);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        await ExecuteAsync(command);
    }

    private async Task ExecuteAsync(NpgsqlCommand command)
    {
        command.Connection = connection;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // Read to the end, as the store does.
        }
    }
}
