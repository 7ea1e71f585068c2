
namespace LeaderElection.Postgres.Tests;

/// <summary>What the store does with the schema it finds, and what it says of one it cannot use.</summary>
public sealed class SchemaTests(TestServer server)
{
    private static readonly LeaseClaim Claim = new("default", "me", TimeSpan.FromSeconds(10), 1, null);

    [Theory]
    [InlineData("Capitals", "LeaderLease")]
    [InlineData("with \"quotes\"", "a \"quoted\" table")]
    [InlineData("semi;colon", "drop table x; --")]
    [InlineData("it's", "o'clock")]
    [InlineData("größe", "miete und pacht")]
    public async Task Any_name_is_quoted_and_works(string schema, string table)
    {
        var options = await server.NewSchemaAsync(schema);
        options.TableName = table;
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);

        var answer = await store.AcquireAsync(Claim, default);

        answer.Outcome.ShouldBe(LeaseOutcome.Granted);
        (await store.ReleaseAsync("default", answer.Lease!.FencingToken, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Twenty_processes_that_create_the_table_at_once_get_no_error()
    {
        for (var round = 0; round < 5; round++)
        {
            var options = await server.NewSchemaAsync("created_at_once");
            var stores = Enumerable.Range(0, 20)
                .Select(_ => new PostgresLeaseStore(server.ConnectionString, options)).ToList();

            await Task.WhenAll(stores.Select(store => store.InitializeAsync(default)));

            foreach (var store in stores)
                await store.DisposeAsync();
            (await server.QueryAsync<long>(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'created_at_once'")).ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_missing_table_that_may_not_be_created_names_the_script()
    {
        var options = await server.NewSchemaAsync("not_created");
        options.CreateTable = false;
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("\"not_created\".\"leader_lease\"");
        error.Message.ShouldContain("PostgresLeaseSchema.CreateScript(\"not_created\", \"leader_lease\")");
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript("not_created"));
        await store.InitializeAsync(default);
        await server.ExecuteAsync(PostgresLeaseSchema.DropScript("not_created"));
        await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));
    }

    [Fact]
    public async Task A_schema_that_does_not_exist_is_named()
    {
        await using var store = new PostgresLeaseStore(
            server.ConnectionString, new PostgresLeaseOptions { Schema = "nowhere" });

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("Schema \"nowhere\" does not exist");
        error.Message.ShouldContain("CREATE SCHEMA");
    }

    [Fact]
    public async Task A_table_of_that_name_with_other_columns_is_left_alone_and_named()
    {
        var options = await server.NewSchemaAsync("other_columns");
        await server.ExecuteAsync(
            "CREATE TABLE other_columns.leader_lease (id text PRIMARY KEY, leader_id int, note text)");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("not a lease table");
        error.Message.ShouldContain("fencing_token bigint");
        error.Message.ShouldContain("leader_id integer");
        (await server.QueryAsync<long>(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'other_columns'")).ShouldBe(3);
    }

    [Fact]
    public async Task An_unlogged_table_is_refused()
    {
        var options = await server.NewSchemaAsync("unlogged");
        await server.ExecuteAsync(
            PostgresLeaseSchema.CreateScript("unlogged") + "ALTER TABLE unlogged.leader_lease SET UNLOGGED");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("UNLOGGED");
    }

    [Theory]
    [InlineData("REVOKE INSERT ON rights.leader_lease FROM leader_election_limited", "INSERT on table")]
    [InlineData("REVOKE UPDATE, DELETE ON rights.leader_lease FROM leader_election_limited", "UPDATE on table, DELETE on table")]
    [InlineData("REVOKE SELECT ON rights.leader_lease FROM leader_election_limited", "SELECT on table")]
    [InlineData("REVOKE USAGE, UPDATE ON SEQUENCE rights.leader_lease_token_seq FROM leader_election_limited", "USAGE on sequence")]
    [InlineData("REVOKE USAGE ON SCHEMA rights FROM leader_election_limited", "USAGE on schema")]
    public async Task A_role_that_lacks_a_right_is_told_which(string revoke, string expected)
    {
        var options = await RightsOfTheReadmeAsync();
        await server.ExecuteAsync(revoke);
        await using var store = new PostgresLeaseStore(LimitedRole(), options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain($"Role \"leader_election_limited\" lacks {expected}");
    }

    [Fact]
    public async Task The_rights_that_the_README_names_are_enough()
    {
        var options = await RightsOfTheReadmeAsync();
        await using var store = new PostgresLeaseStore(LimitedRole(), options);
        await using var elector = new LeaseElector(store, new LeaderElectionOptions());

        await elector.StartAsync();
        await elector.LeadsSoonAsync();
        await elector.StopAsync();

        (await store.DeleteExpiredAsync(TimeSpan.Zero, default)).ShouldBe(0);
        (await store.ReadAsync("default", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_role_that_may_not_create_is_told_so()
    {
        var options = await server.NewSchemaAsync("rights");
        await EnsureRoleAsync();
        await server.ExecuteAsync("GRANT USAGE ON SCHEMA rights TO leader_election_limited");
        await using var store = new PostgresLeaseStore(LimitedRole(), options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("permission denied for schema rights");
    }

    [Fact]
    public async Task An_elector_without_rights_keeps_trying_and_leads_once_they_are_granted()
    {
        var options = await RightsOfTheReadmeAsync();
        await server.ExecuteAsync("REVOKE INSERT ON rights.leader_lease FROM leader_election_limited");
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(LimitedRole(), options);
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease }, log);

        await elector.StartAsync();
        var said = await log.WaitForAsync(1005);
        await server.ExecuteAsync("GRANT INSERT ON rights.leader_lease TO leader_election_limited");

        said.Text.ShouldContain("lacks INSERT on table");
        (await elector.LeadsSoonAsync()).IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task A_right_revoked_while_it_runs_is_named_in_the_log()
    {
        var options = await RightsOfTheReadmeAsync();
        var log = new LogCollector();
        await using var store = new PostgresLeaseStore(LimitedRole(), options);
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease }, log);
        await elector.StartAsync();
        await elector.LeadsSoonAsync();

        await server.ExecuteAsync("REVOKE UPDATE ON rights.leader_lease FROM leader_election_limited");

        await log.WaitForAsync(entry => entry.EventId == 1005 && entry.Text.Contains("lacks UPDATE on table", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_dropped_under_a_running_elector_is_created_again_and_tokens_go_on_rising()
    {
        var options = await server.NewSchemaAsync("dropped");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var elector = new LeaseElector(store, new LeaderElectionOptions { LeaseDuration = TestTime.Lease });
        await elector.StartAsync();
        var first = await elector.LeadsSoonAsync();

        await server.ExecuteAsync("DROP TABLE dropped.leader_lease");
        await elector.SeesAsync(change => change.FencingToken == first.FencingToken && !change.IsLeader);
        var second = await elector.LeadsSoonAsync();

        second.FencingToken.ShouldBeGreaterThan(first.FencingToken);
    }

    // Found in review: setval() took back what other elections had drawn meanwhile.
    [Fact]
    public async Task Elections_that_find_the_sequence_behind_at_once_never_lower_it()
    {
        for (var round = 0; round < 10; round++)
        {
            var options = await server.NewSchemaAsync("behind");
            var stores = Enumerable.Range(0, 4).Select(_ => new PostgresLeaseStore(server.ConnectionString, options)).ToList();
            await stores[0].InitializeAsync(default);
            await server.ExecuteAsync(
                """
                INSERT INTO behind.leader_lease
                SELECT n::text, 'gone', 10 * n, clock_timestamp(), clock_timestamp() - interval '1 s', NULL
                FROM generate_series(1, 8) n
                """);

            var given = await Task.WhenAll(Enumerable.Range(1, 8).Select(async number =>
                (await stores[number % 4].AcquireSoonAsync(
                    Claim with { ElectionName = $"{number}", LockId = number })).FencingToken));

            (await server.QueryAsync<long>("SELECT last_value FROM behind.leader_lease_token_seq"))
                .ShouldBeGreaterThanOrEqualTo(given.Max());
            foreach (var store in stores)
                await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_role_that_does_not_own_an_older_table_is_told_which_script_to_have_run()
    {
        var options = await RightsOfTheReadmeAsync();
        options.CreateTable = true;
        await server.ExecuteAsync("DROP TABLE rights.leader_lease_timeline");
        await using var store = new PostgresLeaseStore(LimitedRole(), options);

        var error = await Should.ThrowAsync<LeaseStoreException>(store.InitializeAsync(default));

        error.Message.ShouldContain("PostgresLeaseSchema.CreateScript(\"rights\", \"leader_lease\")");
    }

    // As after a restore of the table alone, or an upgrade by logical replication, which leaves sequences behind.
    [Fact]
    public async Task Tokens_go_on_rising_when_the_sequence_has_fallen_behind()
    {
        var options = await server.NewSchemaAsync("behind");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);
        await server.ExecuteAsync(
            """
            INSERT INTO behind.leader_lease VALUES
                ('default', 'gone', 500, clock_timestamp(), clock_timestamp() - interval '1 s', NULL)
            """);

        var takeover = (await store.AcquireAsync(Claim, default)).Lease!;
        await store.ReleaseAsync("default", takeover.FencingToken, default);
        var next = (await store.AcquireAsync(Claim, default)).Lease!;

        takeover.FencingToken.ShouldBeGreaterThan(500);
        next.FencingToken.ShouldBeGreaterThan(takeover.FencingToken);
    }

    [Fact]
    public async Task A_sequence_created_beside_an_older_table_starts_above_its_tokens()
    {
        var options = await server.NewSchemaAsync("behind");
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript("behind"));
        await server.ExecuteAsync(
            """
            INSERT INTO behind.leader_lease VALUES
                ('other', 'someone', 500, clock_timestamp() + interval '1 h', clock_timestamp(), NULL);
            DROP SEQUENCE behind.leader_lease_token_seq
            """);
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);

        (await store.AcquireSoonAsync(Claim with { LeaseDuration = TestTime.Lease })).FencingToken.ShouldBeGreaterThan(500);
    }

    [Theory]
    [InlineData("", "leader_lease", "Schema is empty")]
    [InlineData("public", " ", "TableName is empty")]
    [InlineData("public", "a_table_name_that_is_much_longer_than_postgres_can_take", "has 55 bytes")]
    [InlineData("pub\nlic", "leader_lease", "control character")]
    public void A_name_that_cannot_be_an_identifier_is_refused(string schema, string table, string expected)
    {
        var error = Should.Throw<ArgumentException>(() => new PostgresLeaseStore(
            "Host=localhost", new PostgresLeaseOptions { Schema = schema, TableName = table }));

        error.Message.ShouldContain(expected);
    }

    private async Task<PostgresLeaseOptions> RightsOfTheReadmeAsync()
    {
        var options = await server.NewSchemaAsync("rights");
        await EnsureRoleAsync();
        options.CreateTable = false;
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript("rights"));
        await server.ExecuteAsync(Readme.Block("sql", "GRANT")
            .Replace("SCHEMA public", "SCHEMA rights", StringComparison.Ordinal)
            .Replace("public.", "rights.", StringComparison.Ordinal)
            .Replace(" app;", " leader_election_limited;", StringComparison.Ordinal));
        return options;
    }

    private Task EnsureRoleAsync() => server.ExecuteAsync(
        """
        DO $$ BEGIN
            CREATE ROLE leader_election_limited LOGIN PASSWORD 'limited';
        EXCEPTION WHEN duplicate_object THEN NULL;
        END $$
        """);

    private string LimitedRole() => server.With(settings =>
    {
        settings.Username = "leader_election_limited";
        settings.Password = "limited";
    });
}
