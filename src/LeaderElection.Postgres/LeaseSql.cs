namespace LeaderElection.Postgres;

/// <summary>
/// Every statement of the protocol. Each is one autocommit round trip without session state, so it passes through a
/// transaction-mode pooler; times come from <c>clock_timestamp()</c>, because <c>now()</c> stands still in a
/// transaction.
/// </summary>
internal sealed class LeaseSql
{
    /// <summary>Of the whole cluster: no two have the same, but for copies of one.</summary>
    public const string AskSystemId = "SELECT system_identifier FROM pg_catalog.pg_control_system()";

    /// <summary>
    /// Rises with every promotion, whether or not the standby had all that the primary had confirmed. The name of the
    /// current WAL file begins with it, right after the promotion; <c>pg_control_checkpoint()</c> learns of it later.
    /// </summary>
    public const string AskTimeline =
        """
        SELECT ('x' || left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8))::bit(32)::bigint
        """;

    // Where the server does not tell, all that it ever is counts as one.
    private const string Unknown = "0::bigint";

    private const string Columns =
        """
        leader_id AS LeaderId, fencing_token AS FencingToken, created_at AS CreatedAt, expires_at AS ExpiresAt,
            endpoint AS Endpoint, clock_timestamp() AS StoreTime
        """;

    // Room for a term a second for three centuries on every timeline.
    private const string TokensPerTimeline = "10000000000";

    private const string Identity = "pg_postmaster_start_time() AS StartedAt, current_database()::text AS Database";

    private const int FirstWithTransactionTimeout = 17;

    private readonly string _fence;
    private readonly string _fenceWithTransactionTimeout;

    public LeaseSql(LeaseTable table, bool notify, ServerFunctions offered)
    {
        var announce = notify ? "pg_notify(@channel, @announcement)::text" : "''";

        var systemId = offered.HasFlag(ServerFunctions.SystemId) ? $"({AskSystemId})" : Unknown;
        var timeline = offered.HasFlag(ServerFunctions.Timeline) ? $"({AskTimeline})" : Unknown;

        Acquire = AcquireText(table, systemId, timeline, announce);
        Renew = RenewText(table);
        Release = ReleaseText(table, announce);
        Read = ReadText(table);
        DeleteExpired = DeleteExpiredText(table);
        MeetTimeline = MeetTimelineText(table, systemId, timeline);
        StopDraws = $"LOCK TABLE {table.Quoted} IN SHARE ROW EXCLUSIVE MODE";
        RaiseSequence = RaiseSequenceText(table);
        Listen = $"LISTEN {LeaseTable.Quote(table.Channel)}";
        IsListening = "SELECT EXISTS (SELECT FROM pg_listening_channels() AS l(name) WHERE l.name = @channel)";
        Unlisten = $"UNLISTEN {LeaseTable.Quote(table.Channel)}";
        Notify = "SELECT pg_notify(@channel, @announcement)::text";
        _fence = FenceText(table, Limits);
        _fenceWithTransactionTimeout = FenceText(table, $"{Limits}, {TransactionLimit}");
    }

    public string Acquire { get; }

    public string Renew { get; }

    public string Release { get; }

    public string Read { get; }

    public string DeleteExpired { get; }

    /// <summary>
    /// Records that the server runs on a timeline that was not met before, since now, and lifts the tokens above all
    /// that can have been drawn on the timelines before. Returns a row to the one session that did it.
    /// </summary>
    public string MeetTimeline { get; }

    /// <summary>Lets nobody draw a token until the end of the transaction; renewals wait, too.</summary>
    public string StopDraws { get; }

    /// <summary>
    /// After <see cref="StopDraws"/>: raises a sequence that fell behind the table (one restored without the other).
    /// While others draw, setval() would take back what they drew.
    /// </summary>
    public string RaiseSequence { get; }

    public string Listen { get; }

    /// <summary>Whether the server's session that answers this is the one that listens.</summary>
    public string IsListening { get; }

    public string Unlisten { get; }

    public string Notify { get; }

    /// <summary>Which database answers; see <see cref="ServerIdentity"/>.</summary>
    public static string Identify => $"SELECT {Identity}";

    /// <summary>
    /// The one statement that runs in a transaction of the user. Parameters: election, token, grace in milliseconds. No
    /// row: the term is over.
    /// </summary>
    public string FenceFor(Version server) =>
        server.Major >= FirstWithTransactionTimeout ? _fenceWithTransactionTimeout : _fence;

    // Looks first: beside a living lease nothing is locked or written. Then the timeline: a lease granted on another one
    // may be alive although this one has lost it, so nobody gets one before it has been known for a whole lease. The
    // advisory lock lets one contender at a time draw a token and take over; the WHERE of the update decides on the row
    // as it is then, not as the snapshot had it. The lock timeout ends the wait for a fenced transaction that holds on
    // to the row, before it holds up other elections.
    private static string AcquireText(LeaseTable table, string systemId, string timeline, string announce) =>
        $"""
        WITH held AS MATERIALIZED (
            SELECT leader_id, fencing_token, created_at, expires_at, endpoint
            FROM {table.Quoted} AS lease
            WHERE id = @id AND {MayBeAlive}
        ),
        here AS MATERIALIZED (
            SELECT (
                SELECT known.since + make_interval(secs => @seconds)
                FROM {table.QuotedTimelines} AS known
                WHERE known.system_id = {systemId} AND known.timeline = {timeline}
            ) AS settled_at
            WHERE NOT EXISTS (SELECT FROM held)
        ),
        turn AS MATERIALIZED (
            SELECT clock_timestamp() AS at, nextval({table.SequenceLiteral}) AS token,
                set_config('lock_timeout', @lockTimeout, true)
            FROM here
            WHERE CASE WHEN settled_at <= clock_timestamp()
                  THEN pg_try_advisory_xact_lock(@lockClass, @lockId) ELSE false END
        ),
        taken AS (
            INSERT INTO {table.Quoted} AS lease (id, leader_id, fencing_token, created_at, expires_at, endpoint)
            SELECT @id, @leaderId, turn.token, turn.at, turn.at + make_interval(secs => @seconds), @endpoint
            FROM turn
            ON CONFLICT (id) DO UPDATE SET
                leader_id = excluded.leader_id,
                fencing_token = greatest(excluded.fencing_token, lease.fencing_token + 1),
                created_at = excluded.created_at,
                expires_at = excluded.expires_at,
                endpoint = excluded.endpoint
            WHERE NOT ({MayBeAlive})
            RETURNING leader_id, fencing_token, created_at, expires_at, endpoint
        )
        SELECT true AS Granted, {Columns}, NULL::float8 AS WaitSeconds,
            taken.fencing_token > turn.token AS SequenceIsBehind, {announce} AS Announced
        FROM taken CROSS JOIN turn
        UNION ALL
        SELECT false AS Granted, {Columns}, NULL AS WaitSeconds, false AS SequenceIsBehind, '' AS Announced
        FROM held
        UNION ALL
        SELECT false AS Granted, NULL AS LeaderId, NULL AS FencingToken, NULL AS CreatedAt, NULL AS ExpiresAt,
            NULL AS Endpoint, clock_timestamp() AS StoreTime,
            extract(epoch FROM settled_at - clock_timestamp())::float8 AS WaitSeconds, false AS SequenceIsBehind,
            '' AS Announced
        FROM here WHERE settled_at IS NULL OR settled_at > clock_timestamp()
        """;

    // Of the row called lease: it has not run out, or not by enough to rule out a jump of the clock, unless the asking
    // instance has seen this very grant to its end.
    private const string MayBeAlive =
        """
        lease.expires_at > clock_timestamp() - make_interval(secs => CASE
            WHEN lease.fencing_token = @outlivedToken AND lease.expires_at = @outlivedUntil THEN 0 ELSE @tolerance END)
        """;

    // least() because after the database's clock was set back the term would begin in the future, and the CHECK of the
    // table would refuse every renewal. Tells the time even when it is refused: a jump of the clock may be the reason.
    private static string RenewText(LeaseTable table) =>
        $"""
        WITH renewed AS (
            UPDATE {table.Quoted}
            SET expires_at = clock_timestamp() + make_interval(secs => @seconds),
                created_at = least(created_at, clock_timestamp())
            WHERE id = @id AND fencing_token = @fencingToken AND expires_at > clock_timestamp()
            RETURNING leader_id, fencing_token, created_at, expires_at, endpoint
        )
        SELECT leader_id IS NOT NULL AS Granted, {Columns}
        FROM (SELECT) AS always LEFT JOIN renewed ON true
        """;

    private static string ReleaseText(LeaseTable table, string announce) =>
        $"""
        WITH given AS (
            DELETE FROM {table.Quoted} WHERE id = @id AND fencing_token = @fencingToken RETURNING id
        )
        SELECT true, {announce} FROM given
        """;

    private static string ReadText(LeaseTable table) =>
        $"""
        SELECT false AS Granted, {Columns}
        FROM {table.Quoted}
        WHERE id = @id AND expires_at > clock_timestamp()
        """;

    // Passes by rows that somebody holds on to, a fenced transaction for one.
    private static string DeleteExpiredText(LeaseTable table) =>
        $"""
        DELETE FROM {table.Quoted} WHERE id IN (
            SELECT id FROM {table.Quoted}
            WHERE expires_at < clock_timestamp() - make_interval(secs => @seconds)
            FOR UPDATE SKIP LOCKED
        )
        """;

    // A base of tokens for every timeline, so that the tokens drawn on it are higher than any that a standby can have
    // missed on those before it: as many steps up as the timeline has gone on since the last one met, because some may
    // have passed unmet. Another system counts its timelines from 1 again, so all of them are steps. The base follows from
    // the records alone, that it comes out the same for whoever lacks some of them; what was drawn beyond (a sequence
    // set by hand, a lift whose record was rolled back) only rounds it up. The first timeline of a system that was never
    // anything else starts at zero, and small.
    // Nobody draws a token on a timeline before its record is there, so setval() is in nobody's way. Nobody has to wait
    // where nothing was ever granted, which an empty database shows only if it was never promoted. A record of later than
    // now is from before the clock was set back: it counts from now.
    private static string MeetTimelineText(LeaseTable table, string systemId, string timeline) =>
        $"""
        WITH here AS MATERIALIZED (
            SELECT {systemId} AS system_id, {timeline} AS timeline
        ),
        latest AS MATERIALIZED (
            SELECT system_id, timeline, token_base FROM {table.QuotedTimelines} ORDER BY token_base DESC LIMIT 1
        ),
        drawn AS MATERIALIZED (
            SELECT greatest((SELECT max(fencing_token) FROM {table.Quoted}), {LastDrawn(table)}) AS token
        ),
        met AS (
            INSERT INTO {table.QuotedTimelines} AS known (system_id, timeline, token_base, since)
            SELECT here.system_id, here.timeline,
                CASE WHEN latest.token_base IS NULL THEN {TokensPerTimeline} * greatest(here.timeline - 1, 0)
                ELSE greatest(
                    latest.token_base + {TokensPerTimeline} * greatest(1, here.timeline
                        - CASE WHEN latest.system_id = here.system_id THEN latest.timeline ELSE 0 END),
                    (drawn.token + {TokensPerTimeline} - 1) / {TokensPerTimeline} * {TokensPerTimeline})
                END,
                CASE WHEN here.timeline <= 1 AND latest.token_base IS NULL AND drawn.token IS NULL
                THEN '-infinity' ELSE clock_timestamp() END
            FROM here CROSS JOIN drawn LEFT JOIN latest ON true
            ON CONFLICT (system_id, timeline) DO UPDATE SET since = excluded.since
            WHERE known.since > clock_timestamp()
            RETURNING system_id, timeline, token_base, since
        )
        SELECT met.system_id AS SystemId, met.timeline AS Timeline, NOT isfinite(met.since) AS IsFirst,
            CASE WHEN greatest(met.token_base, drawn.token) > coalesce({LastDrawn(table)}, 0)
            THEN setval({table.SequenceLiteral}, greatest(met.token_base, drawn.token)) END AS Raised
        FROM met CROSS JOIN drawn
        """;

    private static string RaiseSequenceText(LeaseTable table) =>
        $"""
        SELECT setval({table.SequenceLiteral}, held.token)
        FROM (SELECT max(fencing_token) AS token FROM {table.Quoted}) AS held
        WHERE held.token > coalesce({LastDrawn(table)}, 0)
        """;

    // Null when nothing was.
    private static string LastDrawn(LeaseTable table) =>
        $"""
        (SELECT last_value FROM pg_catalog.pg_sequences WHERE schemaname = {LeaseTable.Literal(table.Schema)}
            AND sequencename = {LeaseTable.Literal(table.SequenceName)})
        """;

    // The lock lets renewals pass, which change no column of a key, and makes a takeover and a release wait, which do.
    private static string FenceText(LeaseTable table, string limits) =>
        $"""
        SELECT {Identity}, {limits}
        FROM (
            SELECT expires_at - clock_timestamp() + $3 * interval '1 ms' AS bound
            FROM {table.Quoted}
            WHERE id = $1 AND fencing_token = $2 AND expires_at > clock_timestamp()
            FOR KEY SHARE
        ) AS fenced
        """;

    private static string Limits =>
        $"{Limit("idle_in_transaction_session_timeout")}, {Limit("statement_timeout")}";

    // Until the end of the transaction. A lower limit of the user's stays; zero means that there is none.
    private static string Limit(string setting) =>
        $"""
        set_config('{setting}', (1000 * extract(epoch FROM
            least(nullif(current_setting('{setting}')::interval, '0'), bound)))::int::text, true)
        """;

    // One that runs already starts anew only after it was switched off, and what it has run counts.
    private const string TransactionLimit =
        """
        CASE WHEN coalesce(
            nullif(current_setting('transaction_timeout')::interval, '0')
                - (clock_timestamp() - transaction_timestamp()) > bound, true)
        THEN CASE set_config('transaction_timeout', '0', true) WHEN '0'
            THEN set_config('transaction_timeout', (1000 * extract(epoch FROM bound))::int::text, true) END
        END
        """;
}
