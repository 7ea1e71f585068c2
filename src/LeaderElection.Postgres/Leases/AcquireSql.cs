using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>The statement that takes leases.</summary>
internal static class AcquireSql
{
    // One array a column, in the order of LeaseSql.Acquire. What belongs to a claim is taken out of them where it is
    // used: handing it on from query to query would make planning longer, which for one claim is most of the work.
    private const string Ids = "$1", InstanceIds = "$2", Seconds = "$3", Endpoints = "$4", LockIds = "$5";
    private const string Tolerances = "$6", OutlivedTokens = "$7", OutlivedUntil = "$8";
    private const string LockTimeout = "$9";

    // Looks first: beside a living lease nothing is locked or written. Then the timeline: a lease granted on another
    // one may be alive although this one has lost it, so nobody gets one before it has been known for a whole lease.
    // The advisory lock lets one contender at a time take over; only he locks the row, so a row that cannot be locked
    // is held by something else, a fenced transaction for one, and is passed by: it must not hold up the others.
    // Whether the lease has run out is decided on the row as it is under that lock, not as the snapshot had it, and
    // once more where a row turns up that the snapshot did not have. A token is drawn for what is taken, and for
    // nothing else.
    // The update sets the id, too, so that it takes the lock that waits for fences even where somebody has dropped the
    // key on the token. The lock timeout is for what cannot be passed by: a row that somebody is just inserting.
    public static string Text(LeaseTable table, ServerFunctions offered, NotificationSql? notifications) =>
        $"""
        WITH tried AS MATERIALIZED (
            SELECT turn.*, {Now} AS at,
                turn.has_turn AND turn.expires_at IS NOT NULL AND locked.is_held IS NULL AS is_held_up,
                CASE WHEN turn.has_turn AND coalesce(NOT locked.is_held, turn.expires_at IS NULL)
                    THEN pg_catalog.nextval({table.SequenceLiteral}) END AS token
            FROM ({Turns(table, offered)}) AS turn
            LEFT JOIN LATERAL (
                SELECT {MayBeAliveFor("turn.nth")} AS is_held
                FROM {table.Quoted} AS lease
                WHERE turn.has_turn AND lease.id {Is} turn.id
                FOR UPDATE SKIP LOCKED
            ) AS locked ON true
        ),
        taken AS (
            INSERT INTO {table.Quoted} AS lease (id, leader_id, fencing_token, created_at, expires_at, endpoint)
            SELECT tried.id, {InstanceIds}[tried.nth], tried.token, tried.at,
                tried.at {Plus} pg_catalog.make_interval(secs => {Seconds}[tried.nth]), {Endpoints}[tried.nth]
            FROM tried
            WHERE tried.token IS NOT NULL
            ON CONFLICT (id) DO UPDATE SET
                id = excluded.id,
                leader_id = excluded.leader_id,
                fencing_token = greatest(excluded.fencing_token, lease.fencing_token {Plus} 1),
                created_at = excluded.created_at,
                expires_at = excluded.expires_at,
                endpoint = excluded.endpoint
            WHERE NOT ({MayBeAliveFor(NumberOf("lease.id"))})
            RETURNING id, leader_id, fencing_token, created_at, expires_at, endpoint
        )
        {WhatCameOfIt(notifications)}
        """;

    /// <summary>Of the row called <c>lease</c>: it has not run out, or not by enough to rule out a jump of the clock,
    /// unless the asking instance has seen this very grant to its end. Null when there is none.</summary>
    public static string MayBeAlive(string tolerance, string outlivedToken, string outlivedUntil) =>
        $"""
        lease.expires_at {Above} ({Now} {Minus} pg_catalog.make_interval(secs => CASE
            WHEN lease.fencing_token {Is} {outlivedToken} AND lease.expires_at {Is} {outlivedUntil} THEN 0
            ELSE {tolerance} END))
        """;

    // For the claim of that number.
    private static string MayBeAliveFor(string nth) => MayBeAlive(
        tolerance: $"{Tolerances}[{nth}]", outlivedToken: $"{OutlivedTokens}[{nth}]",
        outlivedUntil: $"{OutlivedUntil}[{nth}]");

    private static string NumberOf(string id) => $"pg_catalog.array_position({Ids}, {id})";

    // What was asked for, with the row as the snapshot has it; since when the timeline is settled, and whether it is
    // this contender's turn, for what is not held. One step after the other, and each is taken once: what calls a
    // function whose answer changes is not drawn together with what is around it.
    private static string Turns(LeaseTable table, ServerFunctions offered) =>
        $"""
        SELECT free.*, CASE WHEN free.settled_at {AtMost} {Now}
            THEN pg_catalog.pg_try_advisory_xact_lock({table.LockClassLiteral}, {LockIds}[free.nth])
            ELSE false END AS has_turn
        FROM (
            SELECT seen.*, CASE
                WHEN seen.is_held OR pg_catalog.set_config('lock_timeout', {LockTimeout}, true) IS NULL THEN NULL
                ELSE {Since(table, offered)} {Plus} pg_catalog.make_interval(secs => {Seconds}[seen.nth])
                END AS settled_at
            FROM (
                SELECT asked.nth, asked.id, lease.leader_id, lease.fencing_token, lease.created_at, lease.expires_at,
                    lease.endpoint, {MayBeAliveFor("asked.nth")} AS is_held
                FROM pg_catalog.unnest({Ids}) WITH ORDINALITY AS asked(id, nth)
                LEFT JOIN {table.Quoted} AS lease ON lease.id {Is} asked.id
            ) AS seen
        ) AS free
        """;

    // Null on a timeline that was never met.
    private static string Since(LeaseTable table, ServerFunctions offered) =>
        $"""
        (SELECT known.since FROM {table.QuotedTimelines} AS known
            WHERE known.system_id {Is} {TimelineSql.SystemId(offered)}
                AND known.timeline {Is} {TimelineSql.Timeline(offered)})
        """;

    // In the order of AcquireRow: each claim as it was found, and those that were granted once more.
    private static string WhatCameOfIt(NotificationSql? notifications) =>
        $"""
        SELECT tried.nth, tried.leader_id, tried.fencing_token, tried.created_at, tried.expires_at, tried.endpoint,
            {Now}, CASE WHEN tried.is_held THEN {(int)AcquireOutcome.Held}
                WHEN tried.is_held_up THEN {(int)AcquireOutcome.HeldUp}
                WHEN tried.settled_at {AtMost} {Now} THEN {(int)AcquireOutcome.BeingTaken}
                ELSE {(int)AcquireOutcome.Unsettled} END,
            CAST(EXTRACT(epoch FROM CASE WHEN tried.settled_at {Above} {Now}
                THEN tried.settled_at {Minus} {Now} END) AS double precision),
            tried.token, '' AS told
        FROM tried
        UNION ALL
        SELECT {NumberOf("taken.id")}, taken.leader_id, taken.fencing_token, taken.created_at, taken.expires_at,
            taken.endpoint, {Now}, {(int)AcquireOutcome.Granted}, NULL, NULL, {Telling(notifications)}
        FROM taken
        """;

    private static string Telling(NotificationSql? notifications) =>
        notifications is null ? "''" : $"(SELECT {notifications.NotifyingOf("taken.id")} FROM taken)";
}
