using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// The statements on the timelines of the database, and on the sequence whose tokens they lift. Safe to use from any
/// thread.
/// </summary>
internal sealed class TimelineSql(LeaseTable table, ServerFunctions offered)
{
    /// <summary>Of the whole cluster: no two have the same, but for copies of one.</summary>
    public const string AskSystemId = "SELECT system_identifier FROM pg_catalog.pg_control_system()";

    /// <summary>
    /// Rises with every promotion, whether or not the standby had all that the primary had confirmed. The name of the
    /// current WAL file begins with it, right after the promotion; <c>pg_control_checkpoint()</c> learns of it later.
    /// </summary>
    public const string AskTimeline =
        $"""
        SELECT CAST(CAST(CAST('x' AS pg_catalog.text)
            {Joined} pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)
            AS bit(32)) AS bigint)
        """;

    // Where the server does not tell, all that it ever is counts as one.
    private const string Unknown = "CAST(0 AS bigint)";

    // Room for a term a second for three centuries on every timeline.
    private const string TokensPerTimeline = "10000000000";

    /// <summary>
    /// Records that the server runs on a timeline that was not met before, since now, and lifts the tokens above all
    /// that can have been drawn on the timelines before. Returns a <see cref="MetTimeline"/> to the one session that
    /// did it.
    /// </summary>
    public string MeetTimeline { get; } = MeetTimelineText(table, SystemId(offered), Timeline(offered));

    /// <summary>Lets nobody draw a token until the end of the transaction; renewals wait, too.</summary>
    public string StopDraws { get; } = $"LOCK TABLE {table.Quoted} IN SHARE ROW EXCLUSIVE MODE";

    /// <summary>
    /// After <see cref="StopDraws"/>: raises a sequence that fell behind the table (one restored without the other).
    /// While others draw, setval() would take back what they drew.
    /// </summary>
    public string RaiseSequence { get; } = RaiseSequenceText(table);

    /// <summary>The system as an expression.</summary>
    public static string SystemId(ServerFunctions offered) =>
        offered.HasFlag(ServerFunctions.SystemId) ? $"({AskSystemId})" : Unknown;

    /// <summary>The timeline as an expression.</summary>
    public static string Timeline(ServerFunctions offered) =>
        offered.HasFlag(ServerFunctions.Timeline) ? $"({AskTimeline})" : Unknown;

    public static MetTimeline ReadMetTimeline(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2));

    // A base of tokens for every timeline, so that the tokens drawn on it are higher than any that a standby can have
    // missed on those before it: as many steps up as the timeline has gone on since the last one met, because some may
    // have passed unmet. Another system counts its timelines from 1 again, so all of them are steps. The base follows
    // from the records alone, that it comes out the same for whoever lacks some of them; what was drawn beyond (a
    // sequence set by hand, a lift whose record was rolled back) only rounds it up. The first timeline of a system that
    // was never anything else starts at zero, and small.
    // Nobody draws a token on a timeline before its record is there, so setval() is in nobody's way. Nobody has to wait
    // where nothing was ever granted, which an empty database shows only if it was never promoted. A record of later
    // than now is from before the clock was set back: it counts from now.
    private static string MeetTimelineText(LeaseTable table, string systemId, string timeline) =>
        $"""
        WITH here AS MATERIALIZED (
            SELECT {systemId} AS system_id, {timeline} AS timeline
        ),
        latest AS MATERIALIZED (
            SELECT system_id, timeline, token_base FROM {table.QuotedTimelines} ORDER BY token_base DESC LIMIT 1
        ),
        drawn AS MATERIALIZED (
            SELECT greatest((SELECT pg_catalog.max(fencing_token) FROM {table.Quoted}), {LastDrawn(table)}) AS token
        ),
        met AS (
            INSERT INTO {table.QuotedTimelines} AS known (system_id, timeline, token_base, since)
            SELECT here.system_id, here.timeline,
                CASE WHEN latest.token_base IS NULL
                THEN {TokensPerTimeline} {Times} greatest(here.timeline {Minus} 1, 0)
                ELSE greatest(
                    latest.token_base {Plus} ({TokensPerTimeline} {Times} greatest(1, here.timeline {Minus}
                        CASE WHEN latest.system_id {Is} here.system_id THEN latest.timeline ELSE 0 END)),
                    (drawn.token {Plus} {TokensPerTimeline} {Minus} 1) {Over} {TokensPerTimeline}
                        {Times} {TokensPerTimeline})
                END,
                CASE WHEN here.timeline {AtMost} 1 AND latest.token_base IS NULL AND drawn.token IS NULL
                THEN TIMESTAMP WITH TIME ZONE '-infinity' ELSE {Now} END
            FROM here CROSS JOIN drawn LEFT JOIN latest ON true
            ON CONFLICT (system_id, timeline) DO UPDATE SET since = excluded.since
            WHERE known.since {Above} {Now}
            RETURNING system_id, timeline, token_base, since
        )
        SELECT met.system_id, met.timeline, NOT pg_catalog.isfinite(met.since) AS is_first,
            CASE WHEN greatest(met.token_base, drawn.token) {Above} coalesce({LastDrawn(table)}, 0)
            THEN pg_catalog.setval({table.SequenceLiteral}, greatest(met.token_base, drawn.token)) END AS raised
        FROM met CROSS JOIN drawn
        """;

    private static string RaiseSequenceText(LeaseTable table) =>
        $"""
        SELECT pg_catalog.setval({table.SequenceLiteral}, held.token)
        FROM (SELECT pg_catalog.max(fencing_token) AS token FROM {table.Quoted}) AS held
        WHERE held.token {Above} coalesce({LastDrawn(table)}, 0)
        """;

    // Null when nothing was.
    private static string LastDrawn(LeaseTable table) =>
        $"""
        (SELECT last_value FROM pg_catalog.pg_sequences
            WHERE schemaname {Is} {LeaseTable.Literal(table.Schema)}
            AND sequencename {Is} {LeaseTable.Literal(table.SequenceName)})
        """;
}
