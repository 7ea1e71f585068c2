using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// The statements on a lease. Each is one autocommit round trip without session state, so it passes through a
/// transaction-mode pooler; times come from the server's clock. Safe to use from any thread; each command is for one
/// use.
/// </summary>
internal sealed class LeaseSql
{
    private const string LeaseColumns = "leader_id, fencing_token, created_at, expires_at, endpoint";

    // In the order of AnswerRow.
    private const string Answer = $"{LeaseColumns}, {Now}";

    // Where nobody is told of hand-overs.
    private const string Nothing = "''";

    private readonly string _acquire;
    private readonly string _renew;
    private readonly string _release;
    private readonly string _read;
    private readonly string _deleteExpired;

    /// <param name="table">Where the leases are.</param>
    /// <param name="offered">What the server tells of itself.</param>
    /// <param name="notifications">Tells others of hand-overs; nobody is told when null.</param>
    public LeaseSql(LeaseTable table, ServerFunctions offered, NotificationSql? notifications)
    {
        _acquire = AcquireText(table, offered, notifications);
        _renew = RenewText(table);
        _release = ReleaseText(table, notifications);
        _read = ReadText(table);
        _deleteExpired = DeleteExpiredText(table);
    }

    /// <summary>Answers with an <see cref="AcquireRow"/>, or with no row while another contender is at it.</summary>
    /// <param name="claim">Who wants what.</param>
    /// <param name="lockTimeout">How long to wait for a transaction that holds on to the row.</param>
    public NpgsqlCommand Acquire(LeaseClaim claim, TimeSpan lockTimeout) => new(_acquire)
    {
        Parameters =
        {
            Typed.Text(claim.ElectionName),
            Typed.Text(claim.InstanceId),
            Typed.Seconds(claim.LeaseDuration),
            Typed.Text(claim.Endpoint?.ToString()),
            Typed.Integer(claim.LockId),
            Typed.Setting(lockTimeout),
            Typed.Seconds(claim.ClockJumpTolerance),
            Typed.Bigint(claim.Outlived?.FencingToken),
            Typed.Time(claim.Outlived?.ExpiresAt),
            Typed.Text(LeaseListener.PayloadFor(claim.ElectionName)),
        },
    };

    /// <summary>Answers with an <see cref="AnswerRow"/>; without a lease in it when the term is over.</summary>
    public NpgsqlCommand Renew(string electionName, long fencingToken, TimeSpan leaseDuration) => new(_renew)
    {
        Parameters = { Typed.Text(electionName), Typed.Bigint(fencingToken), Typed.Seconds(leaseDuration) },
    };

    /// <summary>Answers with a row when there was something to give away.</summary>
    public NpgsqlCommand Release(string electionName, long fencingToken) => new(_release)
    {
        Parameters =
        {
            Typed.Text(electionName), Typed.Bigint(fencingToken), Typed.Text(LeaseListener.PayloadFor(electionName)),
        },
    };

    /// <summary>Answers with an <see cref="AnswerRow"/>, or with no row when nobody leads.</summary>
    public NpgsqlCommand Read(string electionName) => new(_read) { Parameters = { Typed.Text(electionName) } };

    /// <summary>Deletes what ran out longer ago than that.</summary>
    public NpgsqlCommand DeleteExpired(TimeSpan expiredFor) => new(_deleteExpired)
    {
        Parameters = { Typed.Seconds(expiredFor) },
    };

    // Looks first: beside a living lease nothing is locked or written. Then the timeline: a lease granted on another
    // one may be alive although this one has lost it, so nobody gets one before it has been known for a whole lease.
    // The advisory lock lets one contender at a time draw a token and take over; the WHERE of the update decides on the
    // row as it is then, not as the snapshot had it. It sets the id, too, so that it takes the lock that waits for
    // fences even where somebody has dropped the key on the token. The lock timeout ends the wait for a fenced
    // transaction that holds on to the row, before it holds up other elections.
    private static string AcquireText(LeaseTable table, ServerFunctions offered, NotificationSql? notifications)
    {
        const string id = "$1", leaderId = "$2", seconds = "$3", endpoint = "$4", lockId = "$5", lockTimeout = "$6";
        const string payload = "$10";
        var mayBeAlive = MayBeAlive(tolerance: "$7", outlivedToken: "$8", outlivedUntil: "$9");
        return
            $"""
            WITH held AS MATERIALIZED (
                SELECT {LeaseColumns}
                FROM {table.Quoted} AS lease
                WHERE id {Is} {id} AND {mayBeAlive}
            ),
            here AS MATERIALIZED (
                SELECT (
                    SELECT known.since {Plus} pg_catalog.make_interval(secs => {seconds})
                    FROM {table.QuotedTimelines} AS known
                    WHERE known.system_id {Is} {TimelineSql.SystemId(offered)}
                        AND known.timeline {Is} {TimelineSql.Timeline(offered)}
                ) AS settled_at
                WHERE NOT EXISTS (SELECT FROM held)
            ),
            turn AS MATERIALIZED (
                SELECT {Now} AS at, pg_catalog.nextval({table.SequenceLiteral}) AS token,
                    pg_catalog.set_config('lock_timeout', {lockTimeout}, true)
                FROM here
                WHERE CASE WHEN settled_at {AtMost} {Now}
                    THEN pg_catalog.pg_try_advisory_xact_lock({table.LockClassLiteral}, {lockId}) ELSE false END
            ),
            taken AS (
                INSERT INTO {table.Quoted} AS lease (id, leader_id, fencing_token, created_at, expires_at, endpoint)
                SELECT {id}, {leaderId}, turn.token, turn.at,
                    turn.at {Plus} pg_catalog.make_interval(secs => {seconds}), {endpoint}
                FROM turn
                ON CONFLICT (id) DO UPDATE SET
                    id = excluded.id,
                    leader_id = excluded.leader_id,
                    fencing_token = greatest(excluded.fencing_token, lease.fencing_token {Plus} 1),
                    created_at = excluded.created_at,
                    expires_at = excluded.expires_at,
                    endpoint = excluded.endpoint
                WHERE NOT ({mayBeAlive})
                RETURNING {LeaseColumns}
            )
            {WhatCameOfIt(notifications?.Notifying(payload) ?? Nothing)}
            """;
    }

    // In the order of AcquireRow: a lease that was taken, one that is held, or none and how long to wait for it.
    private static string WhatCameOfIt(string notifying) =>
        $"""
        SELECT {Answer}, true AS granted, CAST(NULL AS double precision) AS wait_seconds,
            taken.fencing_token {Above} turn.token AS sequence_is_behind, {notifying} AS notified
        FROM taken CROSS JOIN turn
        UNION ALL
        SELECT {Answer}, false, NULL, false, ''
        FROM held
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, NULL, {Now}, false,
            CAST(EXTRACT(epoch FROM settled_at {Minus} {Now}) AS double precision), false, ''
        FROM here WHERE settled_at IS NULL OR settled_at {Above} {Now}
        """;

    // Of the row called lease: it has not run out, or not by enough to rule out a jump of the clock, unless the asking
    // instance has seen this very grant to its end.
    private static string MayBeAlive(string tolerance, string outlivedToken, string outlivedUntil) =>
        $"""
        lease.expires_at {Above} ({Now} {Minus} pg_catalog.make_interval(secs => CASE
            WHEN lease.fencing_token {Is} {outlivedToken} AND lease.expires_at {Is} {outlivedUntil} THEN 0
            ELSE {tolerance} END))
        """;

    // least() because after the database's clock was set back the term would begin in the future, and the CHECK of the
    // table would refuse every renewal. Tells the time even when it is refused: a jump of the clock may be the reason.
    private static string RenewText(LeaseTable table)
    {
        const string id = "$1", fencingToken = "$2", seconds = "$3";
        return
            $"""
            WITH renewed AS (
                UPDATE {table.Quoted}
                SET expires_at = {Now} {Plus} pg_catalog.make_interval(secs => {seconds}),
                    created_at = least(created_at, {Now})
                WHERE id {Is} {id} AND fencing_token {Is} {fencingToken} AND expires_at {Above} {Now}
                RETURNING {LeaseColumns}
            )
            SELECT {Answer}
            FROM (SELECT) AS always LEFT JOIN renewed ON true
            """;
    }

    private static string ReleaseText(LeaseTable table, NotificationSql? notifications)
    {
        const string id = "$1", fencingToken = "$2", payload = "$3";
        return
            $"""
            WITH given AS (
                DELETE FROM {table.Quoted} WHERE id {Is} {id} AND fencing_token {Is} {fencingToken} RETURNING id
            )
            SELECT {notifications?.Notifying(payload) ?? Nothing} FROM given
            """;
    }

    private static string ReadText(LeaseTable table) =>
        $"""
        SELECT {Answer}
        FROM {table.Quoted}
        WHERE id {Is} $1 AND expires_at {Above} {Now}
        """;

    // Passes by rows that somebody holds on to, a fenced transaction for one.
    private static string DeleteExpiredText(LeaseTable table) =>
        $"""
        DELETE FROM {table.Quoted} WHERE id {Is} ANY (
            SELECT id FROM {table.Quoted}
            WHERE expires_at {Below} ({Now} {Minus} pg_catalog.make_interval(secs => $1))
            FOR UPDATE SKIP LOCKED
        )
        """;
}
