using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// The statements on leases, each on a list of them, whose rows say which of the list they answer. Each is one
/// autocommit round trip without session state, so it passes through a transaction-mode pooler; times come from the
/// server's clock. Safe to use from any thread; each command is for one use.
/// </summary>
internal sealed class LeaseSql
{
    // In the order of AnswerRow, behind the number of the request.
    private const string Answer =
        $"lease.leader_id, lease.fencing_token, lease.created_at, lease.expires_at, lease.endpoint, {Now}";

    private readonly string _acquire;
    private readonly string _renew;
    private readonly string _check;
    private readonly string _release;
    private readonly string _releaseHeld;
    private readonly string _look;
    private readonly string _deleteExpired;

    /// <param name="table">Where the leases are.</param>
    /// <param name="offered">What the server tells of itself.</param>
    /// <param name="notifications">Tells others of hand-overs; nobody is told when null.</param>
    public LeaseSql(LeaseTable table, ServerFunctions offered, NotificationSql? notifications)
    {
        _acquire = AcquireSql.Text(table, offered, notifications);
        _renew = RenewText(table);
        _check = CheckText(table);
        _release = ReleaseSql.Passing(table, notifications);
        _releaseHeld = ReleaseSql.Waiting(table, notifications);
        _look = LookText(table);
        _deleteExpired = DeleteExpiredText(table);
    }

    /// <summary>Answers with an <see cref="AcquireRow"/> for each.</summary>
    /// <param name="claims">Who wants what: as many as <see cref="Acquisition"/> allows.</param>
    /// <param name="lockTimeout">How long to wait for what cannot be passed by.</param>
    public NpgsqlCommand Acquire(IReadOnlyList<LeaseClaim> claims, TimeSpan lockTimeout) => new(_acquire)
    {
        Parameters =
        {
            Typed.Texts(claims.Select(claim => claim.ElectionName)),
            Typed.Texts(claims.Select(claim => claim.InstanceId)),
            Typed.Seconds(claims.Select(claim => claim.LeaseDuration)),
            Typed.Texts(claims.Select(claim => claim.Endpoint?.ToString())),
            Typed.Integers(claims.Select(claim => claim.LockId)),
            Typed.Seconds(claims.Select(claim => claim.ClockJumpTolerance)),
            Typed.Bigints(claims.Select(claim => claim.Outlived?.FencingToken)),
            Typed.Times(claims.Select(claim => claim.Outlived?.ExpiresAt)),
            Typed.Setting(lockTimeout),
        },
    };

    /// <summary>Answers with an <see cref="AnswerRow"/> for each whose lease may be alive, as it may for
    /// <see cref="Acquire"/>. Locks and writes nothing.</summary>
    public NpgsqlCommand Look(IReadOnlyList<LeaseClaim> claims) => new(_look)
    {
        Parameters =
        {
            Typed.Texts(claims.Select(claim => claim.ElectionName)),
            Typed.Seconds(claims.Select(claim => claim.ClockJumpTolerance)),
            Typed.Bigints(claims.Select(claim => claim.Outlived?.FencingToken)),
            Typed.Times(claims.Select(claim => claim.Outlived?.ExpiresAt)),
        },
    };

    /// <summary>Answers with an <see cref="AnswerRow"/> for each that somebody leads.</summary>
    public NpgsqlCommand Read(IReadOnlyList<string> electionNames) => new(_look)
    {
        Parameters =
        {
            Typed.Texts(electionNames),
            Typed.Seconds(new TimeSpan[electionNames.Count]),
            Typed.Bigints(new long?[electionNames.Count]),
            Typed.Times(new DateTimeOffset?[electionNames.Count]),
        },
    };

    /// <summary>Answers with an <see cref="AnswerRow"/> for each that was renewed. Waits for nobody.</summary>
    public NpgsqlCommand Renew(IReadOnlyList<LeaseRenewal> renewals) => new(_renew)
    {
        Parameters =
        {
            Typed.Texts(renewals.Select(renewal => renewal.Term.ElectionName)),
            Typed.Bigints(renewals.Select(renewal => (long?)renewal.Term.FencingToken)),
            Typed.Seconds(renewals.Select(renewal => renewal.LeaseDuration)),
        },
    };

    /// <summary>Answers with an <see cref="AnswerRow"/> for each, without a lease in it when the term is
    /// over.</summary>
    public NpgsqlCommand Check(IReadOnlyList<LeaseTerm> terms) => new(_check)
    {
        Parameters = { Names(terms), Tokens(terms) },
    };

    /// <summary>Answers with a <see cref="ReleaseRow"/> for each. Waits for nobody.</summary>
    public NpgsqlCommand Release(IReadOnlyList<LeaseTerm> terms) => new(_release)
    {
        Parameters = { Names(terms), Tokens(terms), Typed.Integers(Announcements.Of(terms)) },
    };

    /// <summary>As the other, and waits for who holds on to the rows.</summary>
    /// <param name="terms">Those that were locked.</param>
    /// <param name="lockTimeout">How long to wait for each at the most.</param>
    public NpgsqlCommand ReleaseHeld(IReadOnlyList<LeaseTerm> terms, TimeSpan lockTimeout) => new(_releaseHeld)
    {
        Parameters =
        {
            Names(terms), Tokens(terms), Typed.Integers(Announcements.Of(terms)), Typed.Setting(lockTimeout),
        },
    };

    /// <summary>Deletes what ran out longer ago than that.</summary>
    public NpgsqlCommand DeleteExpired(TimeSpan expiredFor) => new(_deleteExpired)
    {
        Parameters = { Typed.Seconds(expiredFor) },
    };

    private static NpgsqlParameter Names(IReadOnlyList<LeaseTerm> terms) =>
        Typed.Texts(terms.Select(term => term.ElectionName));

    private static NpgsqlParameter Tokens(IReadOnlyList<LeaseTerm> terms) =>
        Typed.Bigints(terms.Select(term => (long?)term.FencingToken));

    // A row that another transaction holds is passed by, so that it does not hold up the others; a fence lets renewals
    // pass. least() because after the database's clock was set back the term would begin in the future, and the CHECK
    // of the table would refuse every renewal.
    private static string RenewText(LeaseTable table) =>
        $"""
        UPDATE {table.Quoted} AS lease
        SET expires_at = {Now} {Plus} pg_catalog.make_interval(secs => free.seconds),
            created_at = least(lease.created_at, {Now})
        FROM (
            SELECT asked.nth, asked.id, asked.token, asked.seconds
            FROM {AskedSql.Asked(("id", "pg_catalog.text"), ("token", "bigint"), ("seconds", "double precision"))}
            JOIN {table.Quoted} AS lease ON {AskedSql.IsMine} AND lease.expires_at {Above} {Now}
            FOR NO KEY UPDATE OF lease SKIP LOCKED
        ) AS free
        WHERE lease.id {Is} free.id AND lease.fencing_token {Is} free.token AND lease.expires_at {Above} {Now}
        RETURNING free.nth, {Answer}
        """;

    private static string CheckText(LeaseTable table) =>
        $"""
        SELECT asked.nth, {Answer}
        FROM {AskedSql.Asked(("id", "pg_catalog.text"), ("token", "bigint"))}
        LEFT JOIN {table.Quoted} AS lease ON {AskedSql.IsMine} AND lease.expires_at {Above} {Now}
        """;

    private static string LookText(LeaseTable table)
    {
        var asked = AskedSql.Asked(
            ("id", "pg_catalog.text"), ("tolerance", "double precision"), ("outlived_token", "bigint"),
            ("outlived_until", "timestamp with time zone"));
        return
            $"""
            SELECT asked.nth, {Answer}
            FROM {asked}
            JOIN {table.Quoted} AS lease ON lease.id {Is} asked.id
            WHERE {AcquireSql.MayBeAlive("asked.tolerance", "asked.outlived_token", "asked.outlived_until")}
            """;
    }

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
