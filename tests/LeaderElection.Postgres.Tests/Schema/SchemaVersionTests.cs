using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Libraries and tables of different versions, side by side.</summary>
public sealed class SchemaVersionTests(TestServer server)
{
    private const string Schema = "versions";
    private const string Table = $"{Schema}.leader_lease";
    private const string Comment = $"SELECT obj_description('{Table}'::regclass, 'pg_class')";

    private static string Script => PostgresLeaseSchema.CreateScript(Schema);

    [Fact]
    public async Task A_table_of_the_version_before_is_brought_up_by_a_store_that_may_create()
    {
        var options = await MakeAsync(OlderSchema.Version1(Schema));
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(server.ConnectionString, options, log);

        await store.InitializeAsync(default);
        await store.InitializeAsync(default);

        (await server.QueryAsync<string>(Comment)).ShouldStartWith("LeaderElection schema version 2:");
        log.Entries.Where(entry => entry.EventId == 2020).ShouldHaveSingleItem()
            .Text.ShouldContain("from schema version 1 to 2");
    }

    [Fact]
    public async Task A_store_that_may_not_create_says_which_version_there_is_which_it_needs_and_what_to_run()
    {
        var options = await MakeAsync(OlderSchema.Version1(Schema));
        options.CreateTable = false;
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("is of schema version 1");
        error.Message.ShouldContain("needs version 2");
        error.Message.ShouldContain("PostgresLeaseSchema.CreateScript(\"versions\", \"leader_lease\")");
        error.Message.ShouldNotContain("TableName");
        await server.ExecuteAsync(Script);
        await store.InitializeAsync(default);
    }

    [Theory]
    [InlineData("first of all")]
    [InlineData("without a column")]
    [InlineData("made by hand")]
    public async Task The_script_brings_any_older_shape_up_and_may_be_repeated(string shape)
    {
        var options = await MakeAsync(shape switch
        {
            "first of all" => OlderSchema.FirstOfAll(Schema),
            "without a column" => OlderSchema.Version1(Schema) + $"; ALTER TABLE {Table} DROP COLUMN endpoint",
            _ => $"""
                CREATE TABLE {Table} (id text, leader_id text, fencing_token bigint, expires_at timestamptz,
                    created_at timestamptz, endpoint text)
                """,
        });
        options.CreateTable = false;
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        var refusal = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));
        refusal.Message.ShouldContain("is of schema version 1");
        refusal.Message.ShouldNotContain("TableName");

        await server.ExecuteAsync(Script);
        await server.ExecuteAsync(Script);

        await store.InitializeAsync(default);
        var claim = Claims.Of("x", "me", TestTime.Lease) with { Endpoint = new Uri("https://me") };
        (await store.AcquireSoonAsync(claim)).Endpoint.ShouldBe(new Uri("https://me"));
    }

    [Fact]
    public async Task A_table_of_ours_that_lost_a_column_gets_no_advice_to_choose_another()
    {
        var options = await MakeAsync(Script);
        await server.ExecuteAsync($"ALTER TABLE {Table} DROP COLUMN leader_id");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("lacks leader_id text");
        error.Message.ShouldNotContain("TableName");
    }

    [Fact]
    public async Task A_newer_schema_that_has_what_is_needed_is_used_and_never_marked_down()
    {
        var options = await MakeAsync(Script);
        await server.ExecuteAsync(
            $"""
            ALTER TABLE {Table} ADD COLUMN novelty text;
            COMMENT ON TABLE {Table} IS 'LeaderElection schema version 3: with a novelty.'
            """);
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(server.ConnectionString, options, log);

        await store.InitializeAsync(default);
        await store.InitializeAsync(default);
        await server.ExecuteAsync(Script);

        log.Entries.Where(entry => entry.EventId == 2021).ShouldHaveSingleItem()
            .Text.ShouldContain("of schema version 3, newer than this library's 2");
        (await server.QueryAsync<string>(Comment)).ShouldStartWith("LeaderElection schema version 3:");
    }

    [Fact]
    public async Task A_newer_schema_that_lacks_what_is_needed_asks_for_its_library()
    {
        var options = await MakeAsync(Script);
        await server.ExecuteAsync(
            $"""
            ALTER TABLE {Table} DROP COLUMN leader_id;
            COMMENT ON TABLE {Table} IS 'LeaderElection schema version 12: leaders without names.'
            """);
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("is of schema version 12 and lacks leader_id text");
        error.Message.ShouldContain("Use a library of that version");
        error.Message.ShouldNotContain("TableName");
    }

    [Fact]
    public async Task A_leader_keeps_its_term_while_the_script_brings_its_table_up()
    {
        var options = await server.NewSchemaAsync(Schema);
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TimeSpan.FromSeconds(3) });
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();
        await server.ExecuteAsync(
            $"""
            DROP INDEX IF EXISTS {Table}_expires_at_idx;
            ALTER TABLE {Table} RESET (fillfactor);
            {OlderSchema.Version1(Schema)}
            """);

        await server.ExecuteAsync(Script);

        await RenewedAsync();
        term.IsHeld.ShouldBeTrue();
        elector.Current!.FencingToken.ShouldBe(term.FencingToken);
    }

    [Fact]
    public async Task The_script_gives_up_beside_a_fenced_transaction_before_renewals_suffer_and_changes_nothing()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await server.ExecuteAsync($"DROP INDEX IF EXISTS {Table}_expires_at_idx; {OlderSchema.Version1(Schema)}");
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);

        var error = await Should.ThrowAsync<PostgresException>(server.ExecuteAsync(Script));

        error.SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
        (await server.QueryAsync<string>(Comment)).ShouldStartWith("LeaderElection: ");
        await transaction.CommitAsync();
        await server.ExecuteAsync(Script);
        (await server.QueryAsync<string>(Comment)).ShouldStartWith("LeaderElection schema version 2:");
    }

    [Fact]
    public async Task On_a_schema_that_is_up_to_date_the_script_waits_for_no_writer_and_leaves_settings_alone()
    {
        await MakeAsync(Script);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var write = new NpgsqlCommand($"DELETE FROM {Table}", connection, transaction);
        await write.ExecuteNonQueryAsync();

        (await server.QueryAsync<string>($"BEGIN; SET LOCAL lock_timeout = '7s'; {Script} SHOW lock_timeout"))
            .ShouldBe("7s");
    }

    private async Task RenewedAsync()
    {
        const string Expiry = $"SELECT expires_at::text FROM {Table}";
        var before = await server.QueryAsync<string>(Expiry);
        await Eventually.SeenAsync(() => server.QueryAsync<string>(Expiry), expiry => expiry != before);
    }

    private async Task<PostgresLeaseOptions> MakeAsync(string script)
    {
        var options = await server.NewSchemaAsync(Schema);
        await server.ExecuteAsync(script);
        return options;
    }
}
