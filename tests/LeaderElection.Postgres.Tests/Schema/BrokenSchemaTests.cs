using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// A schema that somebody damaged, so that promises would not hold: it is refused, and the script mends it.
/// </summary>
public sealed class BrokenSchemaTests(TestServer server)
{
    private const string Schema = "broken";
    private const string Table = $"{Schema}.leader_lease";
    private const string Sequence = $"{Schema}.leader_lease_token_seq";
    private const string DropKeyOnToken = $"ALTER TABLE {Table} DROP CONSTRAINT leader_lease_id_fencing_token_key;";
    private const string DropKeyOnId = $"ALTER TABLE {Table} DROP CONSTRAINT leader_lease_pkey;";
    private const string NoKeyOnToken = $"{Table} has no UNIQUE (id, fencing_token)";
    private const string NoKeyOnId = $"{Table} has no PRIMARY KEY (id)";

    private static readonly LeaseClaim Claim = Claims.Of("default", "me", TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(DropKeyOnToken, NoKeyOnToken)]
    [InlineData(DropKeyOnToken + $"ALTER TABLE {Table} ADD UNIQUE (id, fencing_token) DEFERRABLE", NoKeyOnToken)]
    [InlineData(
        DropKeyOnToken + $"CREATE UNIQUE INDEX ON {Table} (id, fencing_token) WHERE fencing_token > 5", NoKeyOnToken)]
    [InlineData(DropKeyOnToken + $"CREATE UNIQUE INDEX ON {Table} (id, (fencing_token + 0))", NoKeyOnToken)]
    [InlineData(DropKeyOnToken + $"CREATE UNIQUE INDEX ON {Table} (id) INCLUDE (fencing_token)", NoKeyOnToken)]
    [InlineData(DropKeyOnToken + $"CREATE UNIQUE INDEX ON {Table} (id, fencing_token, leader_id)", NoKeyOnToken)]
    [InlineData(DropKeyOnToken + $"CREATE INDEX ON {Table} (id, fencing_token)", NoKeyOnToken)]
    [InlineData(
        DropKeyOnToken + $"CREATE TABLE {Schema}.leader_lease_id_fencing_token_idx (taken int)", NoKeyOnToken)]
    [InlineData(DropKeyOnId, NoKeyOnId)]
    [InlineData(DropKeyOnId + $"ALTER TABLE {Table} ADD PRIMARY KEY (id) DEFERRABLE", NoKeyOnId)]
    [InlineData($"ALTER TABLE {Table} ADD UNIQUE (id) DEFERRABLE", NoKeyOnId)]
    [InlineData($"ALTER SEQUENCE {Sequence} CACHE 20", "has CACHE 20")]
    [InlineData($"ALTER SEQUENCE {Sequence} CYCLE", "has CYCLE")]
    [InlineData($"ALTER SEQUENCE {Sequence} AS integer", "ends at 2147483647")]
    [InlineData(
        $"DROP SEQUENCE {Sequence}; CREATE SEQUENCE {Sequence} INCREMENT -1; SELECT nextval('{Sequence}')",
        "has INCREMENT -1")]
    [InlineData($"ALTER TABLE {Table} SET UNLOGGED", $"{Table} is UNLOGGED")]
    [InlineData($"ALTER TABLE {Table}_timeline SET UNLOGGED", $"{Table}_timeline is UNLOGGED")]
    public async Task What_somebody_broke_is_refused_by_name_and_mended_by_the_script(string damage, string expected)
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync(damage);

        await IsRefusedAsync(options, expected);

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await WorksAsync(options);
    }

    [Fact]
    public async Task An_index_that_was_left_invalid_is_no_key()
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema) + DropKeyOnToken);
        await server.ExecuteAsync(
            $"""
            CREATE UNIQUE INDEX half_done ON {Table} (id, fencing_token);
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{Schema}.half_done'::regclass
            """);

        await IsRefusedAsync(options, NoKeyOnToken);

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await WorksAsync(options);
    }

    [Fact]
    public async Task Columns_of_a_key_may_stand_in_any_order()
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync(DropKeyOnToken + $"CREATE UNIQUE INDEX ON {Table} (fencing_token, id)");

        await WorksAsync(options);
    }

    // Servers before 15 have no such sequences: there is nothing to refuse.
    [Fact]
    public async Task An_unlogged_sequence_is_refused_where_the_server_has_such()
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        const string Damage = $"ALTER SEQUENCE {Sequence} SET UNLOGGED";
        if (await server.QueryAsync<int>("SELECT current_setting('server_version_num')::int") < 150000)
        {
            await Should.ThrowAsync<PostgresException>(server.ExecuteAsync(Damage));
            return;
        }

        await server.ExecuteAsync(Damage);
        await IsRefusedAsync(options, $"{Sequence} is UNLOGGED");

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await WorksAsync(options);
    }

    [Fact]
    public async Task A_partitioned_table_works_and_an_unlogged_partition_is_refused()
    {
        var options = await MakePartitionedAsync("PRIMARY KEY (id), UNIQUE (id, fencing_token)");
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await WorksAsync(options);

        await server.ExecuteAsync($"ALTER TABLE {Table}_2 SET UNLOGGED");
        await IsRefusedAsync(options, $"{Table}_2 is UNLOGGED");

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await WorksAsync(options);
    }

    [Fact]
    public async Task A_partition_whose_key_is_missing_is_refused()
    {
        var options = await MakePartitionedAsync("PRIMARY KEY (id)");
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync(
            $"""
            DROP INDEX {Schema}.leader_lease_id_fencing_token_idx;
            CREATE UNIQUE INDEX of_parent ON ONLY {Table} (id, fencing_token);
            CREATE UNIQUE INDEX ON {Table}_1 (id, fencing_token)
            """);

        await IsRefusedAsync(options, $"{Table}, {Table}_2 has no UNIQUE (id, fencing_token)");

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await WorksAsync(options);
    }

    [Fact]
    public async Task A_table_that_others_inherit_from_is_refused()
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync($"CREATE TABLE {Schema}.child () INHERITS ({Table})");

        await IsRefusedAsync(options, $"{Schema}.child inherits from table");
    }

    [Fact]
    public async Task Timelines_without_their_key_are_refused()
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync($"ALTER TABLE {Table}_timeline DROP CONSTRAINT leader_lease_timeline_pkey");

        await IsRefusedAsync(options, $"{Table}_timeline has no PRIMARY KEY (system_id, timeline)");
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        var options = await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync(DropKeyOnToken + $"ALTER SEQUENCE {Sequence} CACHE 7 CYCLE");

        await IsRefusedAsync(options, NoKeyOnToken, "has CACHE 7", "has CYCLE");
    }

    [Fact]
    public async Task Tokens_rise_again_once_a_caching_sequence_is_mended_whatever_sessions_had_drawn_ahead()
    {
        await MakeAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync($"ALTER SEQUENCE {Sequence} CACHE 20");
        await using var ahead = new NpgsqlConnection(server.ConnectionString);
        await ahead.OpenAsync();
        await DrawAsync(ahead);

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        var other = await server.QueryAsync<long>($"SELECT nextval('{Sequence}')");

        (await DrawAsync(ahead)).ShouldBeGreaterThan(other);
    }

    [Fact]
    public async Task After_the_key_was_dropped_and_the_script_run_no_stale_transaction_commits()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await server.ExecuteAsync(DropKeyOnToken);
        await Should.ThrowAsync<LeaseStoreException>(election.Store.InitializeAsync(default));
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));

        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
        await election.ExpireAsync();
        var takeover = election.TakeOverAsync();
        await election.ContenderIsPutOffAsync();
        takeover.IsCompleted.ShouldBeFalse();
        await election.WriteAsync(connection);
        await transaction.CommitAsync();

        var successor = await takeover;
        successor.FencingToken.ShouldBeGreaterThan(election.Term.FencingToken);
        await using var late = await election.OpenAsync();
        await Should.ThrowAsync<LeadershipLostException>(election.Term.BeginFencedTransactionAsync(late));
        (await election.CountWrittenAsync()).ShouldBe(1);
    }

    // An administrator, at run time: nobody looks at the keys again before the next start.
    [Fact]
    public async Task A_fence_keeps_the_next_leader_out_although_the_key_was_dropped_meanwhile()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await server.ExecuteAsync(DropKeyOnToken);

        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
        await election.ExpireAsync();
        var takeover = election.TakeOverAsync();
        await election.ContenderIsPutOffAsync();
        takeover.IsCompleted.ShouldBeFalse();
        await election.WriteAsync(connection);
        await transaction.CommitAsync();

        (await takeover).FencingToken.ShouldBeGreaterThan(election.Term.FencingToken);
        (await election.CountWrittenAsync()).ShouldBe(1);
    }

    private async Task<PostgresLeaseOptions> MakeAsync(string script)
    {
        var options = await server.NewSchemaAsync(Schema);
        await server.ExecuteAsync(script);
        return options;
    }

    private Task<PostgresLeaseOptions> MakePartitionedAsync(string keys) => MakeAsync(
        $"""
        CREATE TABLE {Table} (
            id text NOT NULL, leader_id text NOT NULL, fencing_token bigint NOT NULL, expires_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL, endpoint text, {keys}
        ) PARTITION BY HASH (id);
        CREATE TABLE {Table}_1 PARTITION OF {Table} FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE {Table}_2 PARTITION OF {Table} FOR VALUES WITH (MODULUS 2, REMAINDER 1)
        """);

    // CreateTable is set: what is missing is created, but nothing that somebody changed is changed back unasked.
    private async Task IsRefusedAsync(PostgresLeaseOptions options, params string[] expected)
    {
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        foreach (var text in expected)
            error.Message.Replace("\"", "", StringComparison.Ordinal).ShouldContain(text);
        error.Message.ShouldContain($"PostgresLeaseSchema.CreateScript(\"{Schema}\", \"leader_lease\")");
    }

    private async Task WorksAsync(PostgresLeaseOptions options)
    {
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);

        var first = await store.AcquireSoonAsync(Claim with { LeaseDuration = TestTime.Lease });
        await store.ReleaseAsync("default", first.FencingToken, default);
        var second = await store.AcquireSoonAsync(Claim with { LeaseDuration = TestTime.Lease });

        second.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        await store.ReleaseAsync("default", second.FencingToken, default);
    }

    private static async Task<long> DrawAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"SELECT nextval('{Sequence}')", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
