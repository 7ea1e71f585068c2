namespace LeaderElection.Postgres.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_approved_one() => PublicApiText.ShouldBeApproved(
        typeof(PostgresLeaseStore).Assembly,
        Path.Combine(
            Sources.Root, "tests/LeaderElection.Postgres.Tests/PublicApi.LeaderElection.Postgres.approved.txt"));
}
