using Npgsql;
using NpgsqlTypes;

namespace LeaderElection.Postgres;

/// <summary>The lease table: scripts for people and migrations, and creation in code.</summary>
/// <remarks>
/// The role that elections run as needs USAGE on the schema, SELECT, INSERT, UPDATE and DELETE on the table, USAGE and
/// UPDATE on its sequence, SELECT, INSERT and UPDATE on its table of timelines. Creating needs CREATE on the schema;
/// changing needs to own the table as well.
/// </remarks>
public static class PostgresLeaseSchema
{
    /// <summary>
    /// The statements that create the table, its sequence and its table of timelines where they are missing, bring
    /// those of an older version up, and mend what was damaged (a key that was dropped, a sequence that caches,
    /// something UNLOGGED). To be run by the owner; safe to repeat, and beside running instances of this version and
    /// older ones.
    /// </summary>
    /// <remarks>
    /// No lock is waited for longer than 200 ms. Where a fenced transaction keeps one for longer the script fails with
    /// 55P03 (lock_not_available), changes nothing, and is to be run again.
    /// </remarks>
    /// <param name="schema">The schema; it must exist.</param>
    /// <param name="table">The table's name.</param>
    /// <exception cref="ArgumentException">A name is empty, too long, or has control characters or a
    /// backslash.</exception>
    public static string CreateScript(string schema = "public", string table = "leader_lease") =>
        CreateScriptSql.Create(new LeaseTable(schema, table));

    /// <summary>
    /// The statements that remove the table, its sequence and its table of timelines. Run them when no instance runs:
    /// the next one to start leads at once. Fencing tokens start at 1 again after that: data that remembers a higher
    /// one will refuse every new leader.
    /// </summary>
    /// <param name="schema">The schema.</param>
    /// <param name="table">The table's name.</param>
    /// <exception cref="ArgumentException">A name is empty, too long, or has control characters or a
    /// backslash.</exception>
    public static string DropScript(string schema = "public", string table = "leader_lease") =>
        CreateScriptSql.Drop(new LeaseTable(schema, table));

    /// <summary>Runs <see cref="CreateScript"/>, one process at a time.</summary>
    /// <param name="dataSource">The database; a role that may create in the schema.</param>
    /// <param name="schema">The schema; it must exist.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left half done.</param>
    /// <exception cref="ArgumentException">A name is empty, too long, or has control characters or a
    /// backslash.</exception>
    /// <exception cref="PostgresException">The server refused; nothing was changed.</exception>
    public static async Task CreateAsync(
        NpgsqlDataSource dataSource, string schema = "public", string table = "leader_lease",
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var lease = new LeaseTable(schema, table);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await CreateAsync(connection, lease, cancellationToken).ConfigureAwait(false);
    }

    // Twenty processes that create a table at once get errors from the catalog even with IF NOT EXISTS; hence the lock.
    internal static async Task CreateAsync(
        NpgsqlConnection connection, LeaseTable lease, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var turn = new NpgsqlCommand(CreateScriptSql.CreationLock, connection, transaction)
            {
                Parameters =
                {
                    new NpgsqlParameter<int> { TypedValue = lease.LockClass, NpgsqlDbType = NpgsqlDbType.Integer },
                },
            };
            var script = new NpgsqlCommand(CreateScriptSql.Create(lease), connection, transaction);
            await using (turn.ConfigureAwait(false))
            await using (script.ConfigureAwait(false))
            {
                await turn.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                await script.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
