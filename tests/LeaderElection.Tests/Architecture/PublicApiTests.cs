namespace LeaderElection.Tests;

public class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_approved_one() => PublicApiText.ShouldBeApproved(
        typeof(LeaseElector).Assembly,
        Path.Combine(Sources.Root, "tests/LeaderElection.Tests/Architecture/PublicApi.LeaderElection.approved.txt"));
}
