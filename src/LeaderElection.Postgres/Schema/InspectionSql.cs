using static LeaderElection.Postgres.CatalogSql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>What there is of a schema, in one row; see <see cref="SchemaInspection"/>.</summary>
internal static class InspectionSql
{
    /// <summary>
    /// Parameters: schema, table, sequence, table of timelines. Reads the catalogs only, so it needs no rights itself.
    /// </summary>
    public static readonly string Inspect =
        $"""
        WITH RECURSIVE place AS MATERIALIZED (
            SELECT n.oid AS schema, t.oid AS lease, t.relkind, s.oid AS sequence, k.oid AS timelines
            FROM (SELECT) AS always
            LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname {Is} $1
            LEFT JOIN pg_catalog.pg_class AS t
                ON t.relnamespace {Is} n.oid AND t.relname {Is} $2 AND t.relkind {Kinds('r', 'p')}
            LEFT JOIN pg_catalog.pg_class AS s
                ON s.relnamespace {Is} n.oid AND s.relname {Is} $3 AND s.relkind {Kinds('S')}
            LEFT JOIN pg_catalog.pg_class AS k
                ON k.relnamespace {Is} n.oid AND k.relname {Is} $4 AND k.relkind {Kinds('r', 'p')}
        ),
        {Family("SELECT lease FROM place UNION ALL SELECT timelines FROM place")},
        relation AS MATERIALIZED (
            SELECT x.root, x.member, c.relkind, c.relpersistence,
                pg_catalog.format('%I.%I'::pg_catalog.text, n.nspname, c.relname) AS name
            FROM {EveryRelation}
        )
        SELECT CURRENT_USER::pg_catalog.text,
            place.schema IS NOT NULL,
            place.lease IS NOT NULL,
            place.sequence IS NOT NULL,
            place.timelines IS NOT NULL,
            {CommentOn("place.lease")},
            {Names("relation.relkind OPERATOR(pg_catalog.<>) 'p'::pg_catalog.\"char\" "
                + "AND relation.relpersistence OPERATOR(pg_catalog.<>) 'p'::pg_catalog.\"char\"")},
            {Names("place.relkind OPERATOR(pg_catalog.=) 'r'::pg_catalog.\"char\" "
                + $"AND relation.root {Is} place.lease AND relation.member {IsNot} place.lease")},
            {Names($"relation.root {Is} place.lease AND NOT {HasArbiter("relation.member", "id")}")},
            {Names($"relation.root {Is} place.lease AND NOT {HasKey("relation.member", "id", "fencing_token")}")},
            {Names($"relation.root {Is} place.timelines "
                + $"AND NOT {HasArbiter("relation.member", "system_id", "timeline")}")},
            drawn.seqcache, drawn.seqincrement, drawn.seqmax, drawn.seqcycle,
            {Columns},
            {MissingColumns},
            {MissingRights}
        FROM place LEFT JOIN pg_catalog.pg_sequence AS drawn ON drawn.seqrelid {Is} place.sequence
        """;

    // By their identity: how a type is written depends on the search path, and so does which one a name means.
    private static string MissingColumns =>
        $"""
        coalesce((
            SELECT pg_catalog.string_agg(wanted.name, ','::pg_catalog.text ORDER BY wanted.nth)
            FROM (VALUES {string.Join(", ", LeaseColumns.Select((column, nth) =>
                $"({nth}, '{column.Name}'::pg_catalog.text, '{column.FullType}'::pg_catalog.regtype)"))}
            ) AS wanted(nth, name, type)
            WHERE place.lease IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid {Is} place.lease AND a.attname {Is} wanted.name AND a.attnum {Above} 0::smallint
                    AND NOT a.attisdropped AND a.atttypid {Is} wanted.type::pg_catalog.oid
            )
        ), '')
        """;

    private static string Columns =>
        $"""
        coalesce((
            SELECT pg_catalog.string_agg(
                pg_catalog.format('%s %s'::pg_catalog.text,
                    a.attname, pg_catalog.format_type(a.atttypid, NULL::integer)),
                ', '::pg_catalog.text ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid {Is} place.lease AND a.attnum {Above} 0::smallint AND NOT a.attisdropped
        ), '')
        """;

    private static string MissingRights =>
        $"""
        pg_catalog.array_to_string(
            ARRAY(SELECT pg_catalog.format('%s on table'::pg_catalog.text, p.name)
                FROM pg_catalog.unnest({TextArray(["SELECT", "INSERT", "UPDATE", "DELETE"])}) AS p(name)
                WHERE NOT pg_catalog.has_table_privilege(place.lease, p.name))
            OPERATOR(pg_catalog.||)
            ARRAY(SELECT pg_catalog.format('%s on sequence'::pg_catalog.text, p.name)
                FROM pg_catalog.unnest({TextArray(["USAGE", "UPDATE"])}) AS p(name)
                WHERE NOT pg_catalog.has_sequence_privilege(place.sequence, p.name))
            OPERATOR(pg_catalog.||)
            ARRAY(SELECT pg_catalog.format('%s on table of timelines'::pg_catalog.text, p.name)
                FROM pg_catalog.unnest({TextArray(["SELECT", "INSERT", "UPDATE"])}) AS p(name)
                WHERE NOT pg_catalog.has_table_privilege(place.timelines, p.name))
            OPERATOR(pg_catalog.||)
            ARRAY(SELECT 'USAGE on schema'::pg_catalog.text
                WHERE NOT pg_catalog.has_schema_privilege(place.schema, 'USAGE'::pg_catalog.text)),
            ', '::pg_catalog.text)
        """;

    private static string Names(string condition) =>
        $"""
        coalesce((
            SELECT pg_catalog.string_agg(relation.name, ', '::pg_catalog.text ORDER BY relation.name)
            FROM relation WHERE {condition}
        ), '')
        """;
}
