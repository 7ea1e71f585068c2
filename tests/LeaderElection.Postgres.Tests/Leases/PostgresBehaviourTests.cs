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

    // So takeover could wait for a fence without the second key, if it wrote the id as well.
    [Fact]
    public async Task An_insert_on_conflict_that_sets_the_id_waits_for_a_key_share_lock_though_no_other_key_is_there()
    {
        await NewTableAsync("'x', 'a', 1, clock_timestamp() + interval '1 h', clock_timestamp(), NULL");
        await server.ExecuteAsync($"ALTER TABLE {Table} DROP CONSTRAINT leader_lease_id_fencing_token_key");
        await using var reader = await OpenAsync();
        await using var fence = await reader.BeginTransactionAsync();
        await reader.ExecuteAsync($"SELECT FROM {Table} WHERE id = 'x' AND fencing_token = 1 FOR KEY SHARE");
        await using var writer = await OpenAsync();
        await writer.ExecuteAsync("SET lock_timeout = '50ms'");
        const string TakeOver =
            $"""
            INSERT INTO {Table} VALUES ('x', 'b', 2, clock_timestamp() + interval '1 h', clock_timestamp(), NULL)
            ON CONFLICT (id) DO UPDATE SET fencing_token = excluded.fencing_token
            """;

        await Fails(writer, $"{TakeOver}, id = excluded.id", PostgresErrorCodes.LockNotAvailable);
        (await writer.ExecuteAsync(TakeOver)).ShouldBe(1);
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
        var claim = Claims.Of("x", "leader", TimeSpan.FromSeconds(30), 7);
        var term = (await store.AcquireAsync(claim, default)).Lease!;
        await using var contender = await OpenAsync();
        await using var transaction = await contender.BeginTransactionAsync();
        var table = new LeaseTable("behaviour", "leader_lease");
        var sql = new LeaseSql(table, ServerFunctions.All, new NotificationSql(table));
        await contender.ExecuteAsync(
            sql.Acquire([claim with { InstanceId = "loser" }], TimeSpan.FromSeconds(1)), default);

        using var limit = new CancellationTokenSource(TestTime.Patience);
        var written = await server.QueryAsync<bool>(
            "SELECT xmax::text <> '0' FROM behaviour.leader_lease WHERE id = 'x'");
        var renewal = await store.RenewAsync("x", term.FencingToken, TimeSpan.FromSeconds(30), limit.Token);

        renewal.ShouldBeOfType<LeaseAnswer.Granted>();
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

    [Fact]
    public async Task A_key_share_lock_passes_by_a_session_that_waits_to_delete()
    {
        await NewTableAsync("'x', 'a', 1, clock_timestamp() + interval '1 h', clock_timestamp(), NULL");
        await using var one = await OpenAsync();
        await using var first = await one.BeginTransactionAsync();
        await one.ExecuteAsync($"SELECT FROM {Table} FOR KEY SHARE");
        await using var deleter = await OpenAsync();
        var deletion = deleter.ExecuteAsync($"DELETE FROM {Table}");
        await using var other = await OpenAsync();
        await other.ExecuteAsync("SET lock_timeout = '1s'");

        await other.ExecuteAsync($"SELECT FROM {Table} FOR KEY SHARE");

        deletion.IsCompleted.ShouldBeFalse();
        await first.CommitAsync();
        (await deletion).ShouldBe(1);
    }

    [Fact]
    public async Task A_key_share_lock_on_an_older_version_holds_the_latest_unless_its_key_has_changed()
    {
        await NewTableAsync("'x', 'a', 1, clock_timestamp() + interval '1 h', clock_timestamp(), NULL");
        await using var reader = await OpenAsync();
        await using var fence = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await reader.ExecuteAsync($"SELECT FROM {Table}");
        await using var writer = await OpenAsync();
        await writer.ExecuteAsync("SET lock_timeout = '50ms'");
        await writer.ExecuteAsync($"UPDATE {Table} SET expires_at = expires_at + interval '1 h'");

        await reader.ExecuteAsync($"SELECT FROM {Table} FOR KEY SHARE");
        await Fails(writer, $"UPDATE {Table} SET fencing_token = 2", PostgresErrorCodes.LockNotAvailable);
        await fence.CommitAsync();

        await using var late = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await reader.ExecuteAsync($"SELECT FROM {Table}");
        await writer.ExecuteAsync($"UPDATE {Table} SET fencing_token = 2");
        await Fails(reader, $"SELECT FROM {Table} FOR KEY SHARE", PostgresErrorCodes.SerializationFailure);
    }

    [Fact]
    public async Task A_rollback_to_a_savepoint_frees_the_rows_locked_since()
    {
        await NewTableAsync("'x', 'a', 1, clock_timestamp() + interval '1 h', clock_timestamp(), NULL");
        await using var reader = await OpenAsync();
        await using var fence = await reader.BeginTransactionAsync();
        await fence.SaveAsync("before");
        await reader.ExecuteAsync($"SELECT FROM {Table} FOR KEY SHARE");
        await fence.RollbackAsync("before");
        await using var writer = await OpenAsync();
        await writer.ExecuteAsync("SET lock_timeout = '1s'");

        (await writer.ExecuteAsync($"DELETE FROM {Table}")).ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_limit_set_locally_ends_this_very_transaction_and_is_gone_after_another()
    {
        await using var connection = await OpenAsync();
        const string Set = "SELECT set_config('idle_in_transaction_session_timeout', '100', true)";
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.ExecuteAsync(Set, transaction: transaction);
            await transaction.CommitAsync();
        }

        (await connection.ExecuteScalarAsync<string>("SHOW idle_in_transaction_session_timeout")).ShouldBe("0");
        await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(Set);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.StateChange += (_, _) => ended.TrySetResult();
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await Should.ThrowAsync<NpgsqlException>(connection.WaitAsync(patience.Token));

        await ended.Task.WaitAsync(TestTime.Patience);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("250", 0.25)]
    [InlineData("90s", 90)]
    [InlineData("3h", 10_800)]
    [InlineData("2d", 172_800)]
    public async Task A_time_limit_is_shown_in_words_that_read_as_an_interval(string given, double seconds)
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync($"SET statement_timeout = '{given}'");

        (await connection.ExecuteScalarAsync<double>(
            "SELECT extract(epoch FROM current_setting('statement_timeout')::interval)::float8")).ShouldBe(seconds);
    }

    [Fact]
    public async Task A_setting_that_the_server_does_not_have_reads_as_null()
    {
        await using var connection = await OpenAsync();

        (await connection.ExecuteScalarAsync<bool>("SELECT current_setting('no_such_setting', true) IS NULL"))
            .ShouldBeTrue();
    }

    // Two of these make the identity of a database.
    [Fact]
    public async Task A_session_knows_its_server_s_start_and_its_database_without_any_right()
    {
        await using var connection = await OpenAsync();
        await using var other = await OpenAsync();
        const string Identity = "SELECT pg_postmaster_start_time(), current_database()::text";

        (await connection.QuerySingleAsync<(DateTime, string)>(Identity))
            .ShouldBe(await other.QuerySingleAsync<(DateTime, string)>(Identity));
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
