using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>The statements that give leases away.</summary>
internal static class ReleaseSql
{
    private const string LockTimeout = "$4";

    // In the order of LeaseSql.Release. What is told of in one announcement has one number.
    private static readonly string Asked =
        AskedSql.Asked(("id", "pg_catalog.text"), ("token", "bigint"), ("announcement", "integer"));

    /// <summary>Passes by what another transaction holds.</summary>
    public static string Passing(LeaseTable table, NotificationSql? notifications) =>
        Text(table, notifications, patience: "", locking: "SKIP LOCKED");

    /// <summary>Waits for it, and fails as a whole when that takes too long.</summary>
    public static string Waiting(LeaseTable table, NotificationSql? notifications) => Text(
        table, notifications, patience: $", pg_catalog.set_config('lock_timeout', {LockTimeout}, true)", locking: "");

    // Locked in one order, so that of two who wait for the same none waits for the other. What was not given away and
    // is there in the snapshot was locked, or has just been changed.
    private static string Text(LeaseTable table, NotificationSql? notifications, string patience, string locking) =>
        $"""
        WITH asked AS MATERIALIZED (
            SELECT asked.nth, asked.id, asked.token, asked.announcement{patience} FROM {Asked}
        ),
        free AS MATERIALIZED (
            SELECT asked.nth, asked.id, asked.token, asked.announcement
            FROM asked JOIN {table.Quoted} AS lease ON {AskedSql.IsMine}
            ORDER BY lease.id
            FOR UPDATE OF lease {locking}
        ),
        given AS (
            DELETE FROM {table.Quoted} AS lease USING free
            WHERE lease.id {Is} free.id AND lease.fencing_token {Is} free.token
            RETURNING free.nth, free.id, free.announcement
        )
        SELECT asked.nth, given.nth IS NOT NULL,
            given.nth IS NULL AND EXISTS (SELECT FROM {table.Quoted} AS lease WHERE {AskedSql.IsMine})
            {Announced(notifications)}
        FROM asked LEFT JOIN given ON given.nth {Is} asked.nth
        """;

    private static string Announced(NotificationSql? notifications) => notifications is null
        ? ""
        : $"""
        , (
            SELECT pg_catalog.count(told.it) FROM (
                SELECT {notifications.NotifyingOf("given.id")} FROM given GROUP BY given.announcement OFFSET 0
            ) AS told(it)
        )
        """;
}
