namespace LeaderElection.Postgres.Tests;

/// <summary>What the database's clock may do to a lease.</summary>
public sealed class ClockTests(TestServer server)
{
    private static readonly LeaseClaim Claim = Claims.Of("default", "me", TimeSpan.FromSeconds(10));

    // As it is after the database's clock was set back by an hour. The table's CHECK refused every renewal, and the row
    // kept everybody else out for that hour.
    [Fact]
    public async Task A_term_that_begins_in_the_future_can_be_renewed_and_ends_when_it_is_not()
    {
        var options = await server.NewSchemaAsync("clock");
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await store.InitializeAsync(default);
        var term = (await store.AcquireAsync(Claim, default)).Lease!;
        await server.ExecuteAsync(
            """
            UPDATE clock.leader_lease
            SET created_at = created_at + interval '1 h', expires_at = expires_at + interval '1 h'
            """);

        var renewal = await store.RenewAsync("default", term.FencingToken, TimeSpan.FromSeconds(10), default);

        renewal.ShouldBeOfType<LeaseAnswer.Granted>();
        renewal.Lease!.Remaining.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(10));
        (await store.ReadAsync("default", default))!.Remaining.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Clients_in_other_time_zones_see_the_same_lease()
    {
        var options = await server.NewSchemaAsync("clock");
        await using var here = new PostgresLeaseStore(In("Asia/Tokyo"), options);
        await using var there = new PostgresLeaseStore(In("America/Lima"), options);
        await here.InitializeAsync(default);
        var granted = (await here.AcquireAsync(Claim, default)).Lease!;

        var seen = (await there.AcquireAsync(Claim, default)).Lease!;

        seen.AcquiredAt.ShouldBe(granted.AcquiredAt);
        (DateTimeOffset.UtcNow - seen.AcquiredAt).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
        seen.Remaining.ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
    }

    private string In(string timeZone) => server.With(settings => settings.Timezone = timeZone);
}
