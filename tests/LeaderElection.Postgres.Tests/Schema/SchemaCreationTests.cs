namespace LeaderElection.Postgres.Tests;

/// <summary>Which names a schema may have, and how it is made where it is missing.</summary>
public sealed class SchemaCreationTests(TestServer server)
{
    private static readonly LeaseClaim Claim = Claims.Of("default", "me", TimeSpan.FromSeconds(10));

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

        answer.ShouldBeOfType<LeaseAnswer.Granted>();
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
}
