using Dapper;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>The lease table: scripts for people and migrations, and creation in code.</summary>
/// <remarks>
/// The role that elections run as needs USAGE on the schema, SELECT, INSERT, UPDATE and DELETE on the table, USAGE and
/// UPDATE on its sequence, SELECT, INSERT and UPDATE on its table of timelines. Creating needs CREATE on the schema.
/// </remarks>
public static class PostgresLeaseSchema
{
    /// <summary>
    /// What exists and what the current role may do with it. Reads the catalogs only, so it needs no rights itself.
    /// </summary>
    internal const string Inspect =
        """
        SELECT
            current_user::text AS Role,
            n.oid IS NOT NULL AS SchemaExists,
            t.oid IS NOT NULL AS TableExists,
            s.oid IS NOT NULL AS SequenceExists,
            k.oid IS NOT NULL AS TimelinesExist,
            coalesce(t.relpersistence = 'u', false) AS IsUnlogged,
            coalesce((
                SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, NULL), ', ' ORDER BY a.attnum)
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            ), '') AS Columns,
            coalesce((
                SELECT string_agg(x.missing, ', ')
                FROM (
                    SELECT p.name || ' on table' AS missing
                    FROM unnest(string_to_array('SELECT,INSERT,UPDATE,DELETE', ',')) AS p(name)
                    WHERE NOT has_table_privilege(t.oid, p.name)
                    UNION ALL SELECT p.name || ' on sequence'
                    FROM unnest(string_to_array('USAGE,UPDATE', ',')) AS p(name)
                    WHERE NOT has_sequence_privilege(s.oid, p.name)
                    UNION ALL SELECT p.name || ' on table of timelines'
                    FROM unnest(string_to_array('SELECT,INSERT,UPDATE', ',')) AS p(name)
                    WHERE NOT has_table_privilege(k.oid, p.name)
                    UNION ALL SELECT 'USAGE on schema' WHERE NOT has_schema_privilege(n.oid, 'USAGE')
                ) x
            ), '') AS MissingRights
        FROM (SELECT 1) one
        LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = @schema
        LEFT JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = @table AND t.relkind IN ('r', 'p')
        LEFT JOIN pg_catalog.pg_class k ON k.relnamespace = n.oid AND k.relname = @timelines AND k.relkind IN ('r', 'p')
        LEFT JOIN pg_catalog.pg_class s ON s.relnamespace = n.oid AND s.relname = @sequence AND s.relkind = 'S'
        """;

    internal const string CreationLock = "SELECT pg_advisory_xact_lock(@lockClass, 0)";

    internal static readonly string[] Columns =
    [
        "id text", "leader_id text", "fencing_token bigint", "expires_at timestamp with time zone",
        "created_at timestamp with time zone", "endpoint text",
    ];

    /// <summary>
    /// The statements that create the table, its sequence and its table of timelines where they are missing; safe to
    /// repeat.
    /// </summary>
    /// <param name="schema">The schema; it must exist.</param>
    /// <param name="table">The table's name.</param>
    /// <exception cref="ArgumentException">A name is empty, too long, or has control characters or a
    /// backslash.</exception>
    public static string CreateScript(string schema = "public", string table = "leader_lease")
    {
        var lease = new LeaseTable(schema, table);
        return
            $"""
            CREATE TABLE IF NOT EXISTS {lease.QuotedTimelines} (
                system_id bigint NOT NULL,
                timeline bigint NOT NULL,
                token_base bigint NOT NULL,
                since timestamptz NOT NULL,
                PRIMARY KEY (system_id, timeline)
            );
            UPDATE {lease.QuotedTimelines} SET since = clock_timestamp()
            WHERE to_regclass({LeaseTable.Literal(lease.Quoted)}) IS NULL;
            CREATE TABLE IF NOT EXISTS {lease.Quoted} (
                id text PRIMARY KEY,
                leader_id text NOT NULL,
                fencing_token bigint NOT NULL,
                expires_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL,
                endpoint text NULL,
                CHECK (expires_at > created_at),
                UNIQUE (id, fencing_token)
            );
            CREATE INDEX IF NOT EXISTS {lease.QuotedIndex} ON {lease.Quoted} (expires_at);
            CREATE SEQUENCE IF NOT EXISTS {lease.QuotedSequence} AS bigint;
            SELECT setval({LeaseTable.Literal(lease.QuotedSequence)}::regclass, known.token)
            FROM (SELECT max(fencing_token) AS token FROM {lease.Quoted}) known, {lease.QuotedSequence} drawn
            WHERE known.token > drawn.last_value OR (known.token = drawn.last_value AND NOT drawn.is_called);
            COMMENT ON TABLE {lease.Quoted} IS 'LeaderElection: who leads, and until when. LOGGED on purpose.';
            COMMENT ON TABLE {lease.QuotedTimelines} IS
                'LeaderElection: timelines of the database that leases were granted on, so that a failover shows.';
            COMMENT ON SEQUENCE {lease.QuotedSequence} IS
                'LeaderElection: fencing tokens. Outlives the table on purpose: tokens must never fall.';

            """;
    }

    /// <summary>
    /// The statements that remove the table, its sequence and its table of timelines. Run them when no instance runs: the
    /// next one to start leads at once. Fencing tokens start at 1 again after that: data that remembers a higher one will
    /// refuse every new leader.
    /// </summary>
    /// <param name="schema">The schema.</param>
    /// <param name="table">The table's name.</param>
    /// <exception cref="ArgumentException">A name is empty, too long, or has control characters or a
    /// backslash.</exception>
    public static string DropScript(string schema = "public", string table = "leader_lease")
    {
        var lease = new LeaseTable(schema, table);
        return
            $"""
            DROP TABLE IF EXISTS {lease.Quoted};
            DROP TABLE IF EXISTS {lease.QuotedTimelines};
            DROP SEQUENCE IF EXISTS {lease.QuotedSequence};

            """;
    }

    /// <summary>Creates the table and what belongs to it where they are missing, one process at a time.</summary>
    /// <param name="dataSource">The database; a role that may create in the schema.</param>
    /// <param name="schema">The schema; it must exist.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left half done.</param>
    /// <exception cref="ArgumentException">A name is empty, too long, or has control characters or a
    /// backslash.</exception>
    /// <exception cref="PostgresException">The server refused; nothing was created.</exception>
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
            await connection.ExecuteAsync(new CommandDefinition(
                CreationLock, new { lockClass = lease.LockClass }, transaction, cancellationToken: cancellationToken))
                .ConfigureAwait(false);
            await connection.ExecuteAsync(new CommandDefinition(
                CreateScript(lease.Schema, lease.Name), null, transaction, cancellationToken: cancellationToken))
                .ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
