using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Lists that are long, and what they hold.</summary>
public sealed class BatchTests(TestServer server)
{
    private const string Schema = "batches";
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    // The longest that an elector may have, in characters that take the most bytes.
    private static readonly string LongestSuffix = string.Concat(Enumerable.Repeat("𝔸", 200));

    [Fact]
    public async Task Of_sixty_free_leases_fifty_are_taken_at_once_and_the_rest_at_the_next_call()
    {
        await using var store = await NewStoreAsync();
        LeaseClaim[] claims =
            [.. Enumerable.Range(0, 60).Select(number => Claims.Of($"e{number}", "me", Lease, number))];

        var first = await store.AcquireAsync(claims, default);
        var second = await store.AcquireAsync(claims, default);

        first.Count(answer => answer is LeaseAnswer.Granted).ShouldBe(50);
        first.Count(answer => answer.Wait == TimeSpan.Zero).ShouldBe(10);
        second.Count(answer => answer is LeaseAnswer.HeldByAnother).ShouldBe(50);
        second.Count(answer => answer is LeaseAnswer.Granted).ShouldBe(10);
        (await server.QueryAsync<long>("SELECT last_value FROM batches.leader_lease_token_seq")).ShouldBe(60);
    }

    [Fact]
    public async Task A_look_at_a_thousand_living_leases_draws_no_token_and_locks_nothing()
    {
        await using var store = await NewStoreAsync();
        string[] names = [.. Enumerable.Range(0, 1_000).Select(number => $"e{number}")];
        await TakeAllAsync(store, names);

        var answers = await store.AcquireAsync([.. names.Select(name => Claims.Of(name, "other", Lease))], default);

        answers.ShouldAllBe(answer => answer is LeaseAnswer.HeldByAnother);
        answers.Select(answer => answer.Lease!.InstanceId).ShouldBe(names);
        (await server.QueryAsync<long>("SELECT last_value FROM batches.leader_lease_token_seq")).ShouldBe(1_000);
        (await server.QueryAsync<long>("SELECT count(*) FROM batches.leader_lease WHERE xmax::text <> '0'"))
            .ShouldBe(0);
    }

    [Theory]
    [InlineData(1_000, "")]
    [InlineData(100, null)]
    public async Task A_hint_reaches_each_election_of_a_long_list_in_few_announcements(int count, string? suffix)
    {
        await using var store = await NewStoreAsync();
        string[] names = [.. Enumerable.Range(0, count).Select(number => $"{number}{suffix ?? LongestSuffix}")];
        var payloads = new List<string>();
        await using var heard = await ListenAsync(payloads);
        var told = new int[count];
        var subscriptions = names.Select((name, index) =>
            store.Subscribe(name, () => Interlocked.Increment(ref told[index]))).ToList();
        await Eventually.TrueAsync(() => subscriptions[0].IsListening);
        var terms = await TakeAllAsync(store, names);
        await Eventually.TrueAsync(() => told.All(hints => hints >= 1));
        await FlushAsync(heard);
        payloads.Clear();
        Array.Clear(told);

        (await store.ReleaseAsync(terms, default)).ShouldAllBe(wasHeld => wasHeld == true);

        // Not exactly one: what was said of the taking may still come. What is said of the release is counted below.
        await Eventually.TrueAsync(() => told.All(hints => hints >= 1));
        await FlushAsync(heard);
        payloads.SelectMany(payload => payload.Split('\n')).Order(StringComparer.Ordinal)
            .ShouldBe(names.Select(LeaseListener.PayloadFor).Order(StringComparer.Ordinal));
        payloads.Count.ShouldBeLessThanOrEqualTo(suffix is null ? count / 5 : count / 100);
    }

    [Fact]
    public async Task A_list_of_one_is_announced_as_ever()
    {
        await using var store = await NewStoreAsync();
        var payloads = new List<string>();
        await using var heard = await ListenAsync(payloads);

        var lease = (await store.AcquireAsync(Claims.Of("x", "me", Lease), default)).Lease!;
        await store.ReleaseAsync("x", lease.FencingToken, default);
        while (payloads.Count < 2)
            (await heard.WaitAsync(TestTime.Patience)).ShouldBeTrue();

        payloads.ShouldBe(["lease x", "lease x"]);
    }

    [Fact]
    public async Task Tokens_above_the_sequence_are_followed_by_higher_ones_for_each()
    {
        await using var store = await NewStoreAsync();
        var before = await TakeAllAsync(store, ["a", "b", "c"]);
        await server.ExecuteAsync(
            $"""
            UPDATE {Schema}.leader_lease SET fencing_token = fencing_token + 1000,
                created_at = clock_timestamp() - interval '1 h', expires_at = clock_timestamp() - interval '1 s'
            WHERE id <> 'b';
            DELETE FROM {Schema}.leader_lease WHERE id = 'b'
            """);

        var answers = await store.AcquireAsync(
            [Claims.Of("a", "me", Lease), Claims.Of("b", "me", Lease), Claims.Of("c", "me", Lease)], default);

        var tokens = answers.Select(answer => answer.Lease!.FencingToken).ToList();
        (tokens[0], tokens[2]).ShouldBe((before[0].FencingToken + 1_001, before[2].FencingToken + 1_001));
        tokens[1].ShouldBeGreaterThan(before[1].FencingToken);
        var next = await store.AcquireAsync(Claims.Of("d", "me", Lease), default);
        next.Lease!.FencingToken.ShouldBeGreaterThan(tokens.Max());
    }

    /// <summary>Hears all that is said on the table's channel.</summary>
    private async Task<NpgsqlConnection> ListenAsync(List<string> payloads)
    {
        var connection = new NpgsqlConnection(server.With(settings => settings.Pooling = false));
        await connection.OpenAsync();
        connection.Notification += (_, notification) => payloads.Add(notification.Payload);
        var channel = new LeaseTable(Schema, "leader_lease").Channel;
        await using var listen = new NpgsqlCommand($"LISTEN \"{channel}\"", connection);
        await listen.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>What was said before has been heard when this returns.</summary>
    private static async Task FlushAsync(NpgsqlConnection listening)
    {
        await using var anything = new NpgsqlCommand("SELECT 1", listening);
        await anything.ExecuteScalarAsync();
    }

    private async Task<PostgresLeaseStore> NewStoreAsync()
    {
        var store = new PostgresLeaseStore(server.ConnectionString, await server.NewSchemaAsync(Schema));
        await store.InitializeAsync(default);
        return store;
    }

    /// <summary>Terms of instances that are called as their elections are.</summary>
    private static async Task<IReadOnlyList<LeaseTerm>> TakeAllAsync(PostgresLeaseStore store, string[] names)
    {
        var terms = new List<LeaseTerm>();
        while (terms.Count < names.Length)
        {
            var left = names.Except(terms.Select(term => term.ElectionName));
            var answers = await store.AcquireAsync([.. left.Select(name => Claims.Of(name, name, Lease))], default);
            terms.AddRange(answers.OfType<LeaseAnswer.Granted>().Select(answer =>
                new LeaseTerm(answer.Lease.InstanceId, answer.Lease.FencingToken)));
        }

        return terms;
    }
}
