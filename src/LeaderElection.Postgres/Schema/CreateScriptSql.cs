using static LeaderElection.Postgres.CatalogSql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// The script that makes a schema, and makes one whole that is older or was damaged. It changes only what has to be
/// changed: on a schema that is as it should be it takes no lock that a renewal would wait for.
/// </summary>
internal static class CreateScriptSql
{
    // Renewals queue up behind whoever waits for a stronger lock, and he may wait for a fenced transaction.
    private const string LongestWait = "200ms";

    // Before that a renewal is no HOT update where a column of any index changed, BRIN or not.
    private const string FirstWithHotBrin = "160000";

    /// <summary>One process at a time. Parameter: the class of the table.</summary>
    public const string CreationLock = "SELECT pg_catalog.pg_advisory_xact_lock($1, 0)";

    public static string Create(LeaseTable lease) =>
        $"""
        CREATE TABLE IF NOT EXISTS {lease.QuotedTimelines} (
            system_id bigint NOT NULL,
            timeline bigint NOT NULL,
            token_base bigint NOT NULL,
            since timestamp with time zone NOT NULL,
            PRIMARY KEY (system_id, timeline)
        );
        UPDATE {lease.QuotedTimelines} SET since = pg_catalog.clock_timestamp()
        WHERE pg_catalog.to_regclass({LeaseTable.Literal(lease.Quoted)}) IS NULL;
        CREATE TABLE IF NOT EXISTS {lease.Quoted} (
            id pg_catalog.text PRIMARY KEY,
            leader_id pg_catalog.text NOT NULL,
            fencing_token bigint NOT NULL,
            expires_at timestamp with time zone NOT NULL,
            created_at timestamp with time zone NOT NULL,
            endpoint pg_catalog.text NULL,
            CHECK (expires_at {Above} created_at),
            UNIQUE (id, fencing_token)
        ) WITH (fillfactor = 50);
        CREATE SEQUENCE IF NOT EXISTS {lease.QuotedSequence} AS bigint;
        {Block(lease)};
        COMMENT ON TABLE {lease.QuotedTimelines} IS
            'LeaderElection: timelines of the database that leases were granted on, so that a failover shows.';
        COMMENT ON SEQUENCE {lease.QuotedSequence} IS
            'LeaderElection: fencing tokens. Outlives the table on purpose: tokens must never fall.';

        """;

    public static string Drop(LeaseTable lease) =>
        $"""
        DROP TABLE IF EXISTS {lease.Quoted};
        DROP TABLE IF EXISTS {lease.QuotedTimelines};
        DROP SEQUENCE IF EXISTS {lease.QuotedSequence};

        """;

    // One statement, so that it is one transaction whoever runs the script.
    private static string Block(LeaseTable lease) => DollarQuoted(
        $"""

        DECLARE
            change pg_catalog.text;
            limit_before pg_catalog.text DEFAULT pg_catalog.current_setting('lock_timeout');
        BEGIN
            PERFORM pg_catalog.set_config('lock_timeout', '{LongestWait}', true);
            FOR change IN
        {Changes(lease)}
            LOOP
                EXECUTE change;
            END LOOP;
            IF {SequenceIsBehind(lease)} THEN
                -- While others draw, setval() would take back what they drew.
                LOCK TABLE {lease.Quoted} IN SHARE ROW EXCLUSIVE MODE;
                PERFORM pg_catalog.setval({lease.SequenceLiteral},
                    (SELECT pg_catalog.max(fencing_token) FROM {lease.Quoted}))
                WHERE {SequenceIsBehind(lease)};
            END IF;
            PERFORM pg_catalog.set_config('lock_timeout', limit_before, true);
        END
        """);

    // Statements, in the order in which they have to run. The mark comes last: whoever reads it may rely on the rest.
    private static string Changes(LeaseTable lease) =>
        $"""
        WITH RECURSIVE place AS MATERIALIZED (
            SELECT {Oid(lease.Quoted)} AS lease, {Oid(lease.QuotedTimelines)} AS timelines,
                {Oid(lease.QuotedSequence)} AS sequence
        ),
        {Family("SELECT lease FROM place UNION ALL SELECT timelines FROM place")},
        stored AS MATERIALIZED (
            SELECT x.root, c.relkind, c.relpersistence, c.reloptions,
                pg_catalog.format('%I.%I'::pg_catalog.text, n.nspname, c.relname) AS name
            FROM {EveryRelation}
            WHERE c.relkind {Kinds('r', 'S')}
        )
        {string.Join("\nUNION ALL\n", [
            Endpoint(lease), DeferrableKeys(lease), KeyOnId(lease), KeyOnToken(lease), NoBTree(lease), Brin(lease),
            RoomOnThePage, Logged, Ascending(lease), Mark(lease)])}
        """;

    private static string Endpoint(LeaseTable lease) =>
        $"""
        SELECT {Text($"ALTER TABLE {lease.Quoted} ADD COLUMN endpoint pg_catalog.text")}
        FROM place WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid {Is} place.lease AND a.attname {Is} 'endpoint'::pg_catalog.name
        )
        """;

    // A foreign key cannot refer to one, so nothing else goes with it.
    private static string DeferrableKeys(LeaseTable lease) =>
        $"""
        SELECT pg_catalog.format({Text($"ALTER TABLE {Percent(lease.Quoted)} DROP CONSTRAINT %I")}, k.conname)
        FROM place JOIN pg_catalog.pg_constraint AS k ON k.conrelid {Is} place.lease
        WHERE k.condeferrable AND k.contype {Kinds('p', 'u')}
        """;

    private static string KeyOnId(LeaseTable lease) =>
        $"""
        SELECT {Text($"ALTER TABLE {lease.Quoted} ADD PRIMARY KEY (id)")}
        FROM place WHERE NOT {HasKey("place.lease", "id")}
        """;

    // An index, not a constraint: it is made beside open fenced transactions. Without a name, so that no other is in
    // its way.
    private static string KeyOnToken(LeaseTable lease) =>
        $"""
        SELECT {Text($"CREATE UNIQUE INDEX ON {lease.Quoted} (id, fencing_token)")}
        FROM place WHERE NOT {HasKey("place.lease", "id", "fencing_token")}
        """;

    private static string NoBTree(LeaseTable lease) =>
        $"""
        SELECT {Text($"DROP INDEX {lease.QuotedOldIndex}")}
        FROM place WHERE EXISTS (
            {IndexOnExpiry("btree")}
                AND i.indexrelid {Is} pg_catalog.to_regclass({LeaseTable.Literal(lease.QuotedOldIndex)})
        )
        """;

    private static string Brin(LeaseTable lease) =>
        $"""
        SELECT {Text($"CREATE INDEX ON {lease.Quoted} USING brin (expires_at pg_catalog.timestamptz_minmax_ops)")}
        FROM place WHERE pg_catalog.current_setting('server_version_num')::integer
            OPERATOR(pg_catalog.>=) {FirstWithHotBrin} AND NOT EXISTS (
            {IndexOnExpiry("brin")}
        )
        """;

    private static string RoomOnThePage =>
        $"""
        SELECT pg_catalog.format('ALTER TABLE %s SET (fillfactor = 50)'::pg_catalog.text, stored.name)
        FROM place JOIN stored ON stored.root {Is} place.lease
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_options_to_table(stored.reloptions) AS o
            WHERE o.option_name {Is} 'fillfactor'::pg_catalog.text
        )
        """;

    private static string Logged =>
        $"""
        SELECT pg_catalog.format(CASE WHEN stored.relkind {Is} 'S'::pg_catalog."char"
            THEN 'ALTER SEQUENCE %s SET LOGGED'::pg_catalog.text
            ELSE 'ALTER TABLE %s SET LOGGED'::pg_catalog.text END, stored.name)
        FROM stored WHERE stored.relpersistence {IsNot} 'p'::pg_catalog."char"
        """;

    // What sessions have drawn ahead is thrown away with it. A sequence that fell goes on above where it began.
    private static string Ascending(LeaseTable lease)
    {
        var ascending = $"ALTER SEQUENCE {lease.QuotedSequence} AS bigint INCREMENT BY 1 NO MAXVALUE CACHE 1 NO CYCLE";
        return
            $"""
            SELECT CASE WHEN q.seqincrement {Above} 0::bigint THEN {Text(ascending)}
                ELSE pg_catalog.format({Text($"{Percent(ascending)} MINVALUE 1 START WITH 1 RESTART WITH %s")},
                    greatest(1::bigint, q.seqmax OPERATOR(pg_catalog.+) 1::bigint)) END
            FROM place JOIN pg_catalog.pg_sequence AS q ON q.seqrelid {Is} place.sequence
            WHERE q.seqcache {IsNot} 1::bigint OR q.seqincrement {Below} 1::bigint OR q.seqcycle
                OR q.seqmax {IsNot} {SchemaInspection.GreatestToken}::bigint
            """;
    }

    // Never back from what a newer library has written.
    private static string Mark(LeaseTable lease)
    {
        var comment = $"{SchemaVersion.Mark}{SchemaVersion.Current}: who leads, and until when. LOGGED on purpose.";
        return
            $$"""
            SELECT {{Text($"COMMENT ON TABLE {lease.Quoted} IS '{comment}'")}}
            FROM place WHERE coalesce(pg_catalog.substring(
                {{CommentOn("place.lease")}},
                '^{{SchemaVersion.Mark}}([0-9]{1,9}):'::pg_catalog.text)::integer, 0)
                {{Below}} {{SchemaVersion.Current}}
            """;
    }

    private static string IndexOnExpiry(string method) =>
        $"""
        SELECT FROM pg_catalog.pg_index AS i
            JOIN pg_catalog.pg_class AS c ON c.oid {Is} i.indexrelid
            JOIN pg_catalog.pg_am AS m ON m.oid {Is} c.relam AND m.amname {Is} '{method}'::pg_catalog.name
            JOIN pg_catalog.pg_attribute AS a
                ON a.attrelid {Is} i.indrelid AND a.attname {Is} 'expires_at'::pg_catalog.name
            WHERE i.indrelid {Is} place.lease AND NOT i.indisunique AND i.indnatts {Is} 1::smallint
                AND a.attnum {Is} ANY (i.indkey::pg_catalog.int2[])
        """;

    private static string SequenceIsBehind(LeaseTable lease) =>
        $"""
        EXISTS (
                SELECT FROM {lease.QuotedSequence} AS drawn
                CROSS JOIN (SELECT pg_catalog.max(fencing_token) FROM {lease.Quoted}) AS held(token)
                WHERE held.token {Above} drawn.last_value OR (held.token {Is} drawn.last_value AND NOT drawn.is_called)
            )
        """;

    private static string Oid(string quoted) => $"{LeaseTable.Literal(quoted)}::pg_catalog.regclass::pg_catalog.oid";

    private static string Text(string sql) => $"{LeaseTable.Literal(sql)}::pg_catalog.text";

    private static string Percent(string sql) => sql.Replace("%", "%%", StringComparison.Ordinal);

    private static string DollarQuoted(string body)
    {
        var tag = "$lease$";
        while (body.Contains(tag, StringComparison.Ordinal))
            tag = $"{tag[..^1]}_$";
        return $"DO {tag}{body}\n{tag}";
    }
}
