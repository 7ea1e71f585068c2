namespace LeaderElection.Postgres.Tests;

/// <summary>How rows and indexes are laid out, so that renewals stay cheap.</summary>
public sealed class SchemaLayoutTests(TestServer server)
{
    private const string Schema = "layout";
    private const int FirstWithHotBrin = 160000;

    private const string IndexesOnExpiry =
        """
        SELECT coalesce(string_agg(m.amname, ','), '')
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'expires_at'
        WHERE i.indrelid = 'layout.leader_lease'::regclass AND a.attnum = ANY (i.indkey::int2[])
        """;

    [Fact]
    public Task A_new_table_has_room_for_renewals_and_no_index_that_they_would_have_to_change() =>
        IsLaidOutAsync(PostgresLeaseSchema.CreateScript(Schema));

    [Fact]
    public Task The_script_lays_an_older_table_out_anew() => IsLaidOutAsync(
        OlderSchema.Version1(Schema) + "; " + PostgresLeaseSchema.CreateScript(Schema));

    [Fact]
    public async Task An_index_of_somebody_else_s_stays()
    {
        await server.NewSchemaAsync(Schema);
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));
        await server.ExecuteAsync($"CREATE INDEX theirs ON {Schema}.leader_lease (expires_at)");

        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema));

        (await server.QueryAsync<string>(IndexesOnExpiry)).ShouldContain("btree");
    }

    [Fact]
    public async Task Ninety_nine_of_a_hundred_renewals_touch_no_index()
    {
        const int Renewals = 400;
        var options = await server.NewSchemaAsync(Schema);
        await using (var store = new PostgresLeaseStore(server.ConnectionString, options))
        {
            await store.InitializeAsync(default);
            var claim = Claims.Of("x", "me", TimeSpan.FromMinutes(1));
            var token = (await store.AcquireSoonAsync(claim with { LeaseDuration = TestTime.Lease })).FencingToken;
            for (var renewal = 0; renewal < Renewals; renewal++)
            {
                var answer = await store.RenewAsync("x", token, claim.LeaseDuration, default);
                answer.ShouldBeOfType<LeaseAnswer.Granted>();
            }
        }

        (await CountAsync("n_tup_upd", atLeast: Renewals)).ShouldBe(Renewals);
        (await CountAsync("n_tup_hot_upd", atLeast: 0)).ShouldBeGreaterThanOrEqualTo(Renewals * 99 / 100);
    }

    private async Task IsLaidOutAsync(string script)
    {
        await server.NewSchemaAsync(Schema);
        await server.ExecuteAsync(script);

        var version = await server.QueryAsync<int>("SELECT current_setting('server_version_num')::int");
        (await server.QueryAsync<string>(IndexesOnExpiry)).ShouldBe(version >= FirstWithHotBrin ? "brin" : "");
        (await server.QueryAsync<string>(
            "SELECT reloptions::text FROM pg_class WHERE oid = 'layout.leader_lease'::regclass"))
            .ShouldBe("{fillfactor=50}");
    }

    // A session tells what it did when it ends, and before 15 somebody else writes that down.
    private Task<long> CountAsync(string counter, long atLeast) => Eventually.SeenAsync(
        () => server.QueryAsync<long>(
            $"SELECT {counter} FROM pg_stat_user_tables WHERE relid = 'layout.leader_lease'::regclass"),
        count => count >= atLeast);
}
