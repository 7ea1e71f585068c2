using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// The one statement that runs in a transaction of the user, and the question which database answers. Safe to use from
/// any thread; each command is for one use.
/// </summary>
internal sealed class FenceSql(LeaseTable table)
{
    private const int FirstWithTransactionTimeout = 17;

    private const string Identity =
        "pg_catalog.pg_postmaster_start_time(), CAST(pg_catalog.current_database() AS pg_catalog.text)";

    private static readonly string Limits =
        $"{Limit("idle_in_transaction_session_timeout")}, {Limit("statement_timeout")}";

    // One that runs already starts anew only after it was switched off, and what it has run counts.
    private static readonly string TransactionLimit =
        $"""
        CASE WHEN coalesce(({Current("transaction_timeout")}
            {Minus} ({Now} {Minus} pg_catalog.transaction_timestamp())) {Above} bound, true)
        THEN CASE WHEN pg_catalog.set_config('transaction_timeout', '0', true) {Is} '0'
            THEN pg_catalog.set_config('transaction_timeout', {Milliseconds("bound")}, true) END
        END
        """;

    private readonly string _fence = FenceText(table, Limits);
    private readonly string _fenceWithTransactionTimeout = FenceText(table, $"{Limits}, {TransactionLimit}");

    /// <summary>Answers with a <see cref="ServerIdentity"/>, or with no row when the term is over.</summary>
    public NpgsqlCommand Fence(string electionName, long fencingToken, TimeSpan grace, Version server) => new(
        server.Major >= FirstWithTransactionTimeout ? _fenceWithTransactionTimeout : _fence)
    {
        Parameters = { Typed.Text(electionName), Typed.Bigint(fencingToken), Typed.Seconds(grace) },
    };

    /// <summary>Answers with a <see cref="ServerIdentity"/>.</summary>
    public static NpgsqlCommand Identify() => new($"SELECT {Identity}");

    public static ServerIdentity ReadIdentity(NpgsqlDataReader row) =>
        new(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1));

    // The lock lets renewals pass, which change no column of a key, and makes a takeover and a release wait, which do.
    private static string FenceText(LeaseTable table, string limits)
    {
        const string id = "$1", fencingToken = "$2", grace = "$3";
        return
            $"""
            SELECT {Identity}, {limits}
            FROM (
                SELECT expires_at {Minus} {Now} {Plus} pg_catalog.make_interval(secs => {grace}) AS bound
                FROM {table.Quoted}
                WHERE id {Is} {id} AND fencing_token {Is} {fencingToken} AND expires_at {Above} {Now}
                FOR KEY SHARE
            ) AS fenced
            """;
    }

    // Until the end of the transaction. A lower limit of the user's stays.
    private static string Limit(string setting) =>
        $"pg_catalog.set_config('{setting}', {Milliseconds($"least({Current(setting)}, bound)")}, true)";

    // Null when there is no limit, which is set as zero.
    private static string Current(string setting)
    {
        var current = $"CAST(pg_catalog.current_setting('{setting}') AS interval)";
        return $"CASE WHEN {current} {Above} INTERVAL '0' THEN {current} END";
    }

    private static string Milliseconds(string interval) =>
        $"CAST(CAST(EXTRACT(epoch FROM {interval}) {Times} 1000 AS integer) AS pg_catalog.text)";
}
