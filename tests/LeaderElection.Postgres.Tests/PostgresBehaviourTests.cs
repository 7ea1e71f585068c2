using Dapper;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>One test per thing that the protocol takes for granted about Postgres.</summary>
public sealed class PostgresBehaviourTests(TestServer server)
{
    private const string Table = "behaviour.leader_lease";

    [Fact]
    public async Task Now_stands_still_in_a_transaction_and_clock_timestamp_does_not()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var (now, clock) = await connection.QuerySingleAsync<(bool, bool)>(
            "SELECT now() = transaction_timestamp(), (SELECT clock_timestamp() FROM pg_sleep(0.002)) > now()");

        now.ShouldBeTrue();
        clock.ShouldBeTrue();
    }

    [Fact]
    public async Task An_update_of_no_key_column_passes_beside_a_key_share_lock_and_a_delete_waits()
    {
        await NewTableAsync("'x', 'a', 1, clock_timestamp() + interval '1 h', clock_timestamp(), NULL");
        await using var reader = await OpenAsync();
        await using var fence = await reader.BeginTransactionAsync();
        await reader.ExecuteAsync($"SELECT FROM {Table} WHERE id = 'x' AND fencing_token = 1 FOR KEY SHARE");
        await using var writer = await OpenAsync();
        await writer.ExecuteAsync("SET lock_timeout = '50ms'");

        (await writer.ExecuteAsync($"UPDATE {Table} SET expires_at = expires_at + interval '1 h'")).ShouldBe(1);
        await Fails(writer, $"UPDATE {Table} SET fencing_token = 2", PostgresErrorCodes.LockNotAvailable);
        await Fails(writer, $"DELETE FROM {Table}", PostgresErrorCodes.LockNotAvailable);
        (await writer.ExecuteAsync(
            $"DELETE FROM {Table} WHERE id IN (SELECT id FROM {Table} FOR UPDATE SKIP LOCKED)")).ShouldBe(0);
    }

    [Fact]
    public async Task An_insert_on_conflict_whose_where_is_false_returns_no_row_and_decides_on_the_latest_row()
    {
        await NewTableAsync("'x', 'a', 1, clock_timestamp() + interval '1 h', clock_timestamp(), NULL");
        await using var connection = await OpenAsync();

        var token = await connection.ExecuteScalarAsync<long?>(
            $"""
            INSERT INTO {Table} AS l VALUES ('x', 'b', 2, clock_timestamp() + interval '1 h', clock_timestamp(), NULL)
            ON CONFLICT (id) DO UPDATE SET fencing_token = 2 WHERE l.expires_at <= clock_timestamp()
            RETURNING fencing_token
            """);

        token.ShouldBeNull();
    }

    [Fact]
    public async Task A_transaction_level_advisory_lock_ends_with_its_autocommit_statement()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();

        (await one.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_xact_lock(1, 1)")).ShouldBeTrue();
        (await other.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_xact_lock(1, 1)")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_notification_of_a_statement_that_fails_is_not_sent()
    {
        await using var listener = await OpenAsync();
        var heard = new List<string>();
        listener.Notification += (_, notification) => heard.Add(notification.Payload);
        await listener.ExecuteAsync("LISTEN behaviour");
        await using var sender = await OpenAsync();

        await Fails(sender, "SELECT pg_notify('behaviour', 'lost'), 1 / (random() * 0)::int", "22012");
        await sender.ExecuteAsync("SELECT pg_notify('behaviour', 'sent')");
        await listener.WaitAsync(TestTime.Patience);

        heard.ShouldBe(["sent"]);
    }

    [Fact]
    public async Task A_sequence_gives_no_number_twice_even_when_its_transaction_rolls_back()
    {
        await NewTableAsync(null);
        await using var connection = await OpenAsync();
        const string Next = "SELECT nextval('behaviour.leader_lease_token_seq')";

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.ExecuteScalarAsync<long>(Next, transaction: transaction);
            await transaction.RollbackAsync();
        }

        (await connection.ExecuteScalarAsync<long>(Next)).ShouldBe(2);
    }

    // A losing contender of the predecessor sat in an open transaction and blocked the holder's renewal.
    [Fact]
    public async Task A_look_at_a_living_lease_blocks_nobody_even_in_an_open_transaction()
    {
        var options = await server.NewSchemaAsync("behaviour");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);
        var claim = new LeaseClaim("x", "leader", TimeSpan.FromSeconds(30), 7, null);
        var term = (await store.AcquireAsync(claim, default)).Lease!;
        await using var contender = await OpenAsync();
        await using var transaction = await contender.BeginTransactionAsync();
        var sql = new LeaseSql(new LeaseTable("behaviour", "leader_lease"), notify: true, ServerFunctions.All);
        await contender.ExecuteAsync(
            sql.Acquire,
            new
            {
                id = "x", leaderId = "loser", seconds = 30.0, endpoint = (string?)null, lockClass = 1, lockId = 7,
                lockTimeout = "1000", tolerance = 0.0, outlivedToken = (long?)null, outlivedUntil = (DateTime?)null,
                channel = "behaviour", announcement = "",
            },
            transaction);

        using var limit = new CancellationTokenSource(TestTime.Patience);
        var renewal = await store.RenewAsync("x", term.FencingToken, TimeSpan.FromSeconds(30), limit.Token);
        var written = await server.QueryAsync<bool>(
            "SELECT xmax::text <> '0' FROM behaviour.leader_lease WHERE id = 'x'");

        renewal.Outcome.ShouldBe(LeaseOutcome.Granted);
        written.ShouldBeFalse();
    }

    [Fact]
    public async Task A_role_without_privileges_may_ask_for_the_timeline_and_the_system_identifier()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("CREATE ROLE leader_election_nobody; SET LOCAL ROLE leader_election_nobody");

        (await connection.ExecuteScalarAsync<string>("SELECT pg_walfile_name(pg_current_wal_lsn())"))!.Length
            .ShouldBe(24);
        (await connection.ExecuteScalarAsync<long>("SELECT system_identifier FROM pg_control_system()")).ShouldNotBe(0);
    }

    private static async Task Fails(NpgsqlConnection connection, string sql, string sqlState) =>
        (await Should.ThrowAsync<PostgresException>(connection.ExecuteAsync(sql))).SqlState.ShouldBe(sqlState);

    private async Task NewTableAsync(string? row)
    {
        await server.NewSchemaAsync("behaviour");
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript("behaviour"));
        if (row is not null)
            await server.ExecuteAsync($"INSERT INTO {Table} VALUES ({row})");
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(server.With(settings => settings.Pooling = false));
        await connection.OpenAsync();
        return connection;
    }
}
