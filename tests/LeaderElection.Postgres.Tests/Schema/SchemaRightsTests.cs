namespace LeaderElection.Postgres.Tests;

/// <summary>What a role has to be allowed, and what it is told when it is not.</summary>
public sealed class SchemaRightsTests(TestServer server)
{
    [Theory]
    [InlineData("INSERT ON rights.leader_lease", "INSERT on table")]
    [InlineData("UPDATE, DELETE ON rights.leader_lease", "UPDATE on table, DELETE on table")]
    [InlineData("SELECT ON rights.leader_lease", "SELECT on table")]
    [InlineData("USAGE, UPDATE ON SEQUENCE rights.leader_lease_token_seq", "USAGE on sequence")]
    [InlineData("USAGE ON SCHEMA rights", "USAGE on schema")]
    public async Task A_role_that_lacks_a_right_is_told_which(string right, string expected)
    {
        var options = await RightsOfTheReadmeAsync();
        await server.ExecuteAsync($"REVOKE {right} FROM leader_election_limited");
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

        await log.WaitForAsync(entry =>
            entry.EventId == 1005 && entry.Text.Contains("lacks UPDATE on table", StringComparison.Ordinal));
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
