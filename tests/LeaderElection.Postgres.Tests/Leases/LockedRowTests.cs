using Dapper;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>One election of a list whose row a transaction holds: the others are not held up, and of this one nothing
/// untrue is said.</summary>
public sealed class LockedRowTests(TestServer server)
{
    private const string Schema = "locked_rows";
    private const int Locked = 57;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly string[] Names = [.. Enumerable.Range(0, 100).Select(number => $"e{number}")];

    [Theory]
    [InlineData("FOR UPDATE")]
    [InlineData("FOR SHARE")]
    public async Task A_renewal_passes_by_a_locked_row_of_which_nothing_is_known_then(string locking)
    {
        await using var store = await NewStoreAsync();
        var terms = await AcquireAllAsync(store);
        await using (await LockAsync($"SELECT FROM {Schema}.leader_lease WHERE id = 'e{Locked}' {locking}"))
        {
            var answers = await RenewAsync(store, terms);

            answers.Where((_, index) => index != Locked).ShouldAllBe(answer => answer is LeaseAnswer.Granted);
            answers[Locked].Error.ShouldNotBeNull().Message.ShouldContain($"'e{Locked}' locked");
        }

        (await RenewAsync(store, terms)).ShouldAllBe(answer => answer is LeaseAnswer.Granted);
    }

    [Fact]
    public async Task A_locked_row_of_another_term_is_lost_all_the_same()
    {
        await using var store = await NewStoreAsync();
        var terms = await AcquireAllAsync(store);
        LeaseTerm[] old = [.. terms.Select(term => term with { FencingToken = term.FencingToken + 1_000 })];
        await using var hold = await LockAsync($"SELECT FROM {Schema}.leader_lease FOR UPDATE");

        (await RenewAsync(store, old)).ShouldAllBe(answer => answer is LeaseAnswer.Lost);
    }

    [Fact]
    public async Task A_fence_lets_the_renewal_of_its_lease_pass()
    {
        await using var store = await NewStoreAsync();
        var terms = await AcquireAllAsync(store);
        await using var fence = await LockAsync($"SELECT FROM {Schema}.leader_lease FOR KEY SHARE");

        (await RenewAsync(store, terms)).ShouldAllBe(answer => answer is LeaseAnswer.Granted);
    }

    [Theory]
    [InlineData("FOR KEY SHARE")]
    [InlineData("FOR UPDATE")]
    public async Task A_takeover_passes_by_a_lease_that_ran_out_and_is_held(string locking)
    {
        var log = new LogCollector();
        await using var store = await NewStoreAsync(log);
        await AcquireAllAsync(store);
        await ExpireAsync();
        LeaseClaim[] claims = [.. Names[..50].Select(name => Claims.Of(name, "next", Long)), ClaimOfLocked()];
        await using (await LockAsync($"SELECT FROM {Schema}.leader_lease WHERE id = 'e{Locked}' {locking}"))
        {
            var answers = (await store.AcquireAsync(claims[..49], default))
                .Concat(await store.AcquireAsync(claims[49..], default)).ToList();

            answers[..50].ShouldAllBe(answer => answer is LeaseAnswer.Granted);
            answers[50].Wait.ShouldBe(TimeSpan.FromMilliseconds(50));
            log.Entries.Single(entry => entry.EventId == 2007).Text.ShouldContain($"'e{Locked}'");
        }

        (await store.AcquireAsync([claims[50]], default))[0].ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task Those_that_are_held_do_not_keep_the_others_out_for_ever()
    {
        await using var store = await NewStoreAsync();
        await AcquireAllAsync(store);
        await ExpireAsync();
        await using var fence = await LockAsync(
            $"SELECT FROM {Schema}.leader_lease WHERE id <> 'e{Locked}' FOR KEY SHARE");

        LeaseClaim[] claims = [.. Names.Select(name => Claims.Of(name, "next", Long))];
        var answers = await store.AcquireAsync(claims, default);
        while (answers[Locked].Wait == TimeSpan.Zero)
            answers = await store.AcquireAsync(claims, default);

        answers[Locked].ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task A_release_gives_away_the_others_and_says_that_one_is_held_still()
    {
        await using var store = await NewStoreAsync();
        var terms = await AcquireAllAsync(store);
        await using (await LockAsync($"SELECT FROM {Schema}.leader_lease WHERE id = 'e{Locked}' FOR KEY SHARE"))
        {
            var answers = await store.ReleaseAsync(terms, default);

            answers.Where((_, index) => index != Locked).ShouldAllBe(wasHeld => wasHeld == true);
            answers[Locked].ShouldBeNull();
            (await store.ReadAsync(Names, default)).Count(lease => lease is not null).ShouldBe(1);
        }

        var again = await store.ReleaseAsync(terms, default);
        again.Where((_, index) => index != Locked).ShouldAllBe(wasHeld => wasHeld == false);
        again[Locked].ShouldBe(true);
    }

    [Fact]
    public async Task A_single_release_of_a_held_lease_ends_with_the_attempt()
    {
        await using var store = await NewStoreAsync(change: options =>
            options.DriverTimeout = TimeSpan.FromMilliseconds(300));
        var term = (await AcquireAllAsync(store))[Locked];
        await using var fence = await LockAsync($"SELECT FROM {Schema}.leader_lease FOR KEY SHARE");

        var error = await Should.ThrowAsync<TimeoutException>(
            store.ReleaseAsync(term.ElectionName, term.FencingToken, default));

        error.Message.ShouldContain($"'e{Locked}'");
        (await store.ReadAsync(term.ElectionName, default)).ShouldNotBeNull();
    }

    // Whoever draws the token of the first waits for the sequence; meanwhile the snapshot of the statement grows old.
    [Fact]
    public async Task A_lease_that_another_takes_in_the_middle_of_the_statement_is_not_taken_from_him()
    {
        await using var store = await NewStoreAsync(change: options => options.DriverTimeout = TimeSpan.FromMinutes(2));
        await AcquireAllAsync(store);
        await ExpireAsync();
        Task<IReadOnlyList<LeaseAnswer>> attempt;
        await using (await LockAsync($"ALTER SEQUENCE {Schema}.leader_lease_token_seq NO CYCLE"))
        {
            attempt = store.AcquireAsync(
                [Claims.Of("new", "me", Long), Claims.Of("e1", "me", Long), Claims.Of("e2", "me", Long)], default);
            await SomebodyWaitsAsync();

            // Of the two that have run out, one that the attempt has not come to.
            await server.ExecuteAsync(
                $"""
                UPDATE {Schema}.leader_lease SET leader_id = 'rival', fencing_token = fencing_token + 1,
                    expires_at = clock_timestamp() + interval '1 h'
                WHERE id = (SELECT id FROM {Schema}.leader_lease WHERE id IN ('e1', 'e2')
                    LIMIT 1 FOR UPDATE SKIP LOCKED);
                INSERT INTO {Schema}.leader_lease VALUES
                    ('new', 'rival', 7, clock_timestamp() + interval '1 h', clock_timestamp(), NULL)
                """);
        }

        var answers = await attempt;

        var leases = await store.ReadAsync(["new", "e1", "e2"], default);
        leases.Count(lease => lease!.InstanceId == "rival").ShouldBe(2);
        for (var index = 0; index < answers.Count; index++)
        {
            if (leases[index]!.InstanceId == "rival")
                answers[index].ShouldBeOfType<LeaseAnswer.BeingTaken>();
            else
                answers[index].ShouldBeOfType<LeaseAnswer.Granted>();
        }
    }

    // What cannot be passed by: it is not there yet.
    [Fact]
    public async Task A_row_that_a_transaction_is_just_inserting_is_waited_for_by_a_part_of_the_attempt()
    {
        await using var store = await NewStoreAsync();
        await using (await LockAsync(
            $"""
            INSERT INTO {Schema}.leader_lease VALUES
                ('new', 'rival', 7, clock_timestamp() + interval '1 h', clock_timestamp(), NULL)
            """))
        {
            var answers = await store.AcquireAsync([Claims.Of("new", "me", Long), Claims.Of("x", "me", Long)], default);

            answers.Select(answer => answer.Wait).ShouldAllBe(wait => wait == TimeSpan.FromMilliseconds(50));
        }

        var again = await store.AcquireAsync([Claims.Of("new", "me", Long), Claims.Of("x", "me", Long)], default);
        again.ShouldAllBe(answer => answer is LeaseAnswer.Granted);
    }

    private static LeaseClaim ClaimOfLocked() => Claims.Of($"e{Locked}", "next", Long);

    private async Task<PostgresLeaseStore> NewStoreAsync(
        LogCollector? log = null, Action<PostgresLeaseOptions>? change = null)
    {
        var options = await server.NewSchemaAsync(Schema);
        change?.Invoke(options);
        var store = new PostgresLeaseStore(server.ConnectionString, options, log);
        await store.InitializeAsync(default);
        return store;
    }

    private static async Task<IReadOnlyList<LeaseTerm>> AcquireAllAsync(PostgresLeaseStore store)
    {
        var terms = new List<LeaseTerm>();
        foreach (var names in Names.Chunk(50))
        {
            var answers = await store.AcquireAsync([.. names.Select(name => Claims.Of(name, name, Long))], default);
            terms.AddRange(answers.Select((answer, index) => new LeaseTerm(
                names[index], answer.ShouldBeOfType<LeaseAnswer.Granted>().Lease.FencingToken)));
        }

        return terms;
    }

    private static Task<IReadOnlyList<LeaseAnswer>> RenewAsync(
        PostgresLeaseStore store, IEnumerable<LeaseTerm> terms) =>
        store.RenewAsync([.. terms.Select(term => new LeaseRenewal(term, Long))], default);

    private Task ExpireAsync() => server.ExecuteAsync(
        $"""
        UPDATE {Schema}.leader_lease SET created_at = clock_timestamp() - interval '1 h',
            expires_at = clock_timestamp() - interval '1 s'
        """);

    private Task SomebodyWaitsAsync() => Eventually.TrueAsync(() => server.QueryAsync<bool>(
        """
        SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)
        """));

    /// <summary>A transaction that is open until it is disposed, and rolled back then.</summary>
    private async Task<IAsyncDisposable> LockAsync(string sql)
    {
        var connection = new NpgsqlConnection(server.With(settings => settings.Pooling = false));
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(sql);
        return new OpenTransaction(connection, transaction);
    }

    private sealed class OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.RollbackAsync();
            await connection.DisposeAsync();
        }
    }
}
