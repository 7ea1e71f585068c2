using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// What the statements about the schema have in common. Like all SQL of the library they call functions, operators and
/// types by their full names: nothing that somebody put into a schema of the search path is ever run.
/// </summary>
internal static class CatalogSql
{
    /// <summary>A column that elections need. Those that the script can add may be missing of an older table.</summary>
    public sealed record Column(string Name, string Type, string FullType, bool CanBeAdded = false);

    public static readonly IReadOnlyList<Column> LeaseColumns =
    [
        new("id", "text", "pg_catalog.text"),
        new("leader_id", "text", "pg_catalog.text"),
        new("fencing_token", "bigint", "pg_catalog.int8"),
        new("expires_at", "timestamp with time zone", "pg_catalog.timestamptz"),
        new("created_at", "timestamp with time zone", "pg_catalog.timestamptz"),
        new("endpoint", "text", "pg_catalog.text", CanBeAdded: true),
    ];

    /// <summary>
    /// Whether a table has a key on exactly these columns that keeps rows apart at every moment, and that a lock FOR
    /// KEY SHARE keeps as it is. Of a partitioned table each partition has one of its own.
    /// </summary>
    public static string HasKey(string table, params IReadOnlyList<string> columns) =>
        $"""
        EXISTS (
            SELECT FROM pg_catalog.pg_index AS i
            WHERE i.indrelid {Is} {table} AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indisready
                AND i.indislive AND i.indpred IS NULL AND i.indexprs IS NULL AND {HasColumns(columns)}
        )
        """;

    /// <summary>
    /// As <see cref="HasKey"/>, for ON CONFLICT: a deferrable key beside the right one makes it an error.
    /// </summary>
    public static string HasArbiter(string table, params IReadOnlyList<string> columns) =>
        $"""
        ({HasKey(table, columns)} AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_index AS i
            WHERE i.indrelid {Is} {table} AND i.indisunique AND NOT i.indimmediate AND {HasColumns(columns)}
        ))
        """;

    /// <summary>Two columns, root and member: tables with their partitions, of every level.</summary>
    /// <param name="roots">Object identifiers, as a list of rows.</param>
    public static string Family(string roots) =>
        $"""
        family(root, member) AS (
            SELECT roots.oid, roots.oid FROM ({roots}) AS roots(oid) WHERE roots.oid IS NOT NULL
            UNION ALL
            SELECT family.root, i.inhrelid
            FROM family JOIN pg_catalog.pg_inherits AS i ON i.inhparent {Is} family.member
        )
        """;

    /// <summary>
    /// The relations of <see cref="Family"/> and the sequence of <c>place</c>, as x (root, member), with their entry in
    /// the catalog (c) and their schema (n).
    /// </summary>
    public const string EveryRelation =
        $"""
        (SELECT root, member FROM family UNION ALL SELECT sequence, sequence FROM place) AS x
        JOIN pg_catalog.pg_class AS c ON c.oid {Is} x.member
        JOIN pg_catalog.pg_namespace AS n ON n.oid {Is} c.relnamespace
        """;

    /// <summary>Null when there is none. Not asked of obj_description(), whose body looks its operators up by bare
    /// names before Postgres 14.</summary>
    public static string CommentOn(string table) =>
        $"""
        (SELECT d.description FROM pg_catalog.pg_description AS d WHERE d.objoid {Is} {table}
            AND d.classoid {Is} 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND d.objsubid {Is} 0)
        """;

    public static string TextArray(IEnumerable<string> values) =>
        $"ARRAY[{string.Join(", ", values.Select(LeaseTable.Literal))}]::pg_catalog.text[]";

    public static string Kinds(params IReadOnlyList<char> kinds) =>
        $"{Is} ANY (ARRAY[{string.Join(", ", kinds.Select(kind => $"'{kind}'"))}]::pg_catalog.\"char\"[])";

    private static string HasColumns(IReadOnlyList<string> columns) =>
        $"""
        ARRAY(
            SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid {Is} i.indrelid AND a.attnum {Is} ANY (
                (i.indkey::pg_catalog.int2[])[0:i.indnkeyatts::integer OPERATOR(pg_catalog.-) 1])
            ORDER BY a.attname
        ) {Is} {TextArray(columns.Order(StringComparer.Ordinal))}
        """;
}
