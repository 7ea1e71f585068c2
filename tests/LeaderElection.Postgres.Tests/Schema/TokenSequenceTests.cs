namespace LeaderElection.Postgres.Tests;

/// <summary>A sequence of tokens that has fallen behind the table.</summary>
public sealed class TokenSequenceTests(TestServer server)
{
    private static readonly LeaseClaim Claim = Claims.Of("default", "me", TimeSpan.FromSeconds(10));

    // Found in review: setval() took back what other elections had drawn meanwhile.
    [Fact]
    public async Task Elections_that_find_the_sequence_behind_at_once_never_lower_it()
    {
        for (var round = 0; round < 10; round++)
        {
            var options = await server.NewSchemaAsync("behind");
            var stores = Enumerable.Range(0, 4)
                .Select(_ => new PostgresLeaseStore(server.ConnectionString, options)).ToList();
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

        var granted = await store.AcquireSoonAsync(Claim with { LeaseDuration = TestTime.Lease });
        granted.FencingToken.ShouldBeGreaterThan(500);
    }
}
