using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Nothing that somebody planted in the search path runs with the rights of the app's role.</summary>
public sealed class PlantedCodeTests(TestServer server, LookAlikes planted) : IClassFixture<LookAlikes>
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("SELECT 1 = 1")]
    [InlineData("SELECT 'a'::pg_catalog.text = 'a'")]
    [InlineData("SELECT 1 IN (2, 3)")]
    [InlineData("SELECT 1 IN (SELECT 2)")]
    [InlineData("SELECT nullif(1::bigint, 2::bigint)")]
    [InlineData("SELECT 1 BETWEEN 0 AND 2")]
    [InlineData("SELECT 1 IS DISTINCT FROM 2")]
    [InlineData("SELECT CASE 1 WHEN 1 THEN 2 END")]
    [InlineData("SELECT FROM (SELECT 1 AS x) a JOIN (SELECT 1 AS x) b USING (x)")]
    [InlineData("SELECT 1000 * extract(epoch FROM current_timestamp)")]
    [InlineData("SELECT clock_timestamp()")]
    [InlineData("SELECT max(1)")]
    [InlineData("SELECT unnest(ARRAY[1])")]
    [InlineData("SELECT -x FROM (SELECT 1 AS x) a")]
    [InlineData("SELECT 'a'::text")]
    [InlineData("SELECT 1::float8")]
    [InlineData("SELECT FROM pg_class")]
    public async Task A_bare_name_runs_what_was_planted(string sql)
    {
        await using var connection = await planted.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);

        var error = await Should.ThrowAsync<PostgresException>(
            command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        error.MessageText.ShouldStartWith("Planted code ran: ");
    }

    [Fact]
    public async Task A_start_that_creates_the_schema_and_one_that_finds_it_run_nothing_planted()
    {
        var before = await planted.CountCallsAsync();
        var options = await planted.NewSchemaAsync("planted_on");
        await using var first = new PostgresLeaseStore(planted.ConnectionString, options);
        await first.InitializeAsync(TestContext.Current.CancellationToken);
        await using var second = new PostgresLeaseStore(planted.ConnectionString, options);
        await second.InitializeAsync(TestContext.Current.CancellationToken);

        (await planted.CountCallsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Fences_and_their_refusals_run_nothing_planted()
    {
        await using var store = await StartStoreAsync();
        await using var elector = new LeaseElector(store, new LeaderElectionOptions { LeaseDuration = Lease });
        await elector.StartAsync(TestContext.Current.CancellationToken);
        var term = await elector.LeadsSoonAsync();
        var before = await planted.CountCallsAsync();
        await using var connection = await planted.OpenAsync();

        await using (await term.BeginFencedTransactionAsync(connection, TestContext.Current.CancellationToken))
        {
            // Raised, and rolled back.
        }

        await server.ExecuteAsync("DELETE FROM planted_on.leader_lease");
        await Should.ThrowAsync<LeadershipLostException>(
            term.BeginFencedTransactionAsync(connection, TestContext.Current.CancellationToken));
        (await planted.CountCallsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Notifications_run_nothing_planted()
    {
        await using var store = await StartStoreAsync();
        var before = await planted.CountCallsAsync();
        var claim = Claims.Of("x", "a", Lease);
        var term = (await store.AcquireAsync(claim, TestContext.Current.CancellationToken)).Lease!;
        var hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var listening = new PostgresLeaseStore(
            planted.ConnectionString, new PostgresLeaseOptions { Schema = "planted_on" }))
        {
            using var subscription = listening.Subscribe("x", () => hinted.TrySetResult());
            await hinted.Task.WaitAsync(TestTime.Patience, TestContext.Current.CancellationToken);
            subscription.IsListening.ShouldBeTrue();
            await store.ReleaseAsync("x", term.FencingToken, TestContext.Current.CancellationToken);
        }

        (await planted.CountCallsAsync()).ShouldBe(before);
    }

    // What a store does now and then: a sequence that fell behind, a timeline that was not met before.
    [Fact]
    public async Task Mending_the_sequence_and_meeting_a_timeline_run_nothing_planted()
    {
        await using var store = await StartStoreAsync();
        var before = await planted.CountCallsAsync();
        var claim = Claims.Of("x", "a", TimeSpan.FromMilliseconds(50));
        await store.AcquireSoonAsync(claim);
        await server.ExecuteAsync(
            "UPDATE planted_on.leader_lease SET fencing_token = fencing_token + 100;"
            + "UPDATE planted_on.leader_lease_timeline SET timeline = timeline - 1");

        await store.AcquireSoonAsync(claim);
        await store.DeleteExpiredAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        (await planted.CountCallsAsync()).ShouldBe(before);
    }

    private async Task<PostgresLeaseStore> StartStoreAsync()
    {
        var store = new PostgresLeaseStore(planted.ConnectionString, await planted.NewSchemaAsync("planted_on"));
        await store.InitializeAsync(TestContext.Current.CancellationToken);
        return store;
    }
}

/// <summary>The store where everything that a bare name could mean was planted.</summary>
public sealed class PlantedStoreTests(TestServer server, LookAlikes planted)
    : LeaseStoreSuite(new PlantedStores(server, planted)), IClassFixture<LookAlikes>;

/// <inheritdoc cref="PlantedStoreTests"/>
public sealed class PlantedTermsTests(TestServer server, LookAlikes planted)
    : LeaseStoreTermsSuite(new PlantedStores(server, planted)), IClassFixture<LookAlikes>;

/// <inheritdoc cref="PlantedStoreTests"/>
public sealed class PlantedBatchTests(TestServer server, LookAlikes planted)
    : LeaseBatchSuite(new PlantedStores(server, planted)), IClassFixture<LookAlikes>;

/// <summary>Fails at the end of a test that ran something planted.</summary>
internal sealed class PlantedStores(TestServer server, LookAlikes planted)
    : RealStores(server, planted.ConnectionString)
{
    private readonly TestServer _server = server;
    private long _callsBefore;

    public override async Task<ILeaseStore> CreateAsync()
    {
        _callsBefore = await planted.CountCallsAsync();
        var store = await base.CreateAsync();
        await _server.ExecuteAsync($"GRANT ALL ON SCHEMA {Schema} TO leader_election_app");
        return store;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        (await planted.CountCallsAsync()).ShouldBe(_callsBefore);
    }
}
