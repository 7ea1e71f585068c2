namespace LeaderElection.Postgres;

/// <summary>
/// Every statement of the protocol. Each is one autocommit round trip without session state, so it passes through a
/// transaction-mode pooler; times come from <c>clock_timestamp()</c>, because <c>now()</c> stands still in a
/// transaction.
/// </summary>
internal sealed class LeaseSql
{
    private const string Columns =
        """
        leader_id AS LeaderId, fencing_token AS FencingToken, created_at AS CreatedAt, endpoint AS Endpoint,
            (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS RemainingMilliseconds
        """;

    private const string Identity = "pg_postmaster_start_time() AS StartedAt, current_database()::text AS Database";

    public LeaseSql(LeaseTable table, bool notify)
    {
        var announce = notify ? "pg_notify(@channel, @announcement)::text" : "''";

        Acquire = AcquireText(table, announce);
        Renew = RenewText(table);
        Release = ReleaseText(table, announce);
        Read = ReadText(table);
        DeleteExpired = DeleteExpiredText(table);
        Listen = $"LISTEN {LeaseTable.Quote(table.Channel)}";
        Unlisten = $"UNLISTEN {LeaseTable.Quote(table.Channel)}";
        Notify = "SELECT pg_notify(@channel, @announcement)::text";
        Fence = FenceText(table);
    }

    public string Acquire { get; }

    public string Renew { get; }

    public string Release { get; }

    public string Read { get; }

    public string DeleteExpired { get; }

    public string Listen { get; }

    public string Unlisten { get; }

    public string Notify { get; }

    /// <summary>The one statement that runs in a transaction of the user. No row: the term is over.</summary>
    public string Fence { get; }

    /// <summary>Which database answers; see <see cref="ServerIdentity"/>.</summary>
    public static string Identify => $"SELECT {Identity}";

    // Looks first: beside a living lease nothing is locked or written. The advisory lock lets one contender at a
    // time draw a token and take over; the WHERE of the update decides on the row as it is then, not as the
    // snapshot had it. A sequence that fell behind the row (restored, or not carried along by an upgrade) is raised, so
    // that tokens go on rising when the row is gone.
    private static string AcquireText(LeaseTable table, string announce)
    {
        var sequence = $"{LeaseTable.Literal(table.QuotedSequence)}::regclass";
        return $"""
        WITH alive AS MATERIALIZED (
            SELECT leader_id, fencing_token, created_at, expires_at, endpoint
            FROM {table.Quoted}
            WHERE id = @id AND expires_at > clock_timestamp()
        ),
        turn AS MATERIALIZED (
            SELECT clock_timestamp() AS at, nextval({sequence}) AS token
            WHERE CASE WHEN EXISTS (SELECT FROM alive) THEN false
                  ELSE pg_try_advisory_xact_lock(@lockClass, @lockId) END
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
            WHERE lease.expires_at <= clock_timestamp()
            RETURNING leader_id, fencing_token, created_at, expires_at, endpoint
        )
        SELECT true AS Granted, {Columns}, {announce} AS Announced,
            CASE WHEN taken.fencing_token > turn.token THEN setval({sequence}, taken.fencing_token) END AS Raised
        FROM taken CROSS JOIN turn
        UNION ALL
        SELECT false, {Columns}, '', NULL FROM alive
        """;
    }

    // least() because after the database's clock was set back the term would begin in the future, and the CHECK of the
    // table would refuse every renewal.
    private static string RenewText(LeaseTable table) =>
        $"""
        UPDATE {table.Quoted}
        SET expires_at = clock_timestamp() + make_interval(secs => @seconds),
            created_at = least(created_at, clock_timestamp())
        WHERE id = @id AND fencing_token = @fencingToken AND expires_at > clock_timestamp()
        RETURNING true AS Granted, {Columns}
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

    // The lock lets renewals pass, which change no column of a key, and makes a takeover and a release wait, which do.
    // A transaction_timeout that runs starts anew only after it was switched off.
    private static string FenceText(LeaseTable table) =>
        $"""
        SELECT {Identity},
            {Limit("idle_in_transaction_session_timeout", spent: "", Set("idle_in_transaction_session_timeout"))},
            {Limit("statement_timeout", spent: "", Set("statement_timeout"))},
            {Limit(
                "transaction_timeout", spent: " - (clock_timestamp() - transaction_timestamp())",
                $"CASE set_config('transaction_timeout', '0', true) WHEN '0' THEN {Set("transaction_timeout")} END")}
        FROM (
            SELECT ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000 + @graceMilliseconds)::bigint AS ms
            FROM {table.Quoted}
            WHERE id = @id AND fencing_token = @fencingToken AND expires_at > clock_timestamp()
            FOR KEY SHARE
        ) AS fenced
        """;

    // Only where the server has the setting and the user has not set it lower; zero means no limit.
    private static string Limit(string setting, string spent, string lower) =>
        $"""
        CASE current_setting('{setting}', true)
            WHEN '0' THEN {Set(setting)}
            ELSE CASE WHEN current_setting('{setting}', true)::interval{spent} > fenced.ms * interval '1 ms'
                THEN {lower} END
            END
        """;

    // Until the end of the transaction.
    private static string Set(string setting) => $"set_config('{setting}', fenced.ms::text, true)";
}
