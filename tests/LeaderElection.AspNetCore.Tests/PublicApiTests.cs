namespace LeaderElection.AspNetCore.Tests;

public class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_approved_one() => PublicApiText.ShouldBeApproved(
        typeof(LeaderOnlyOptions).Assembly,
        Path.Combine(
            Sources.Root,
            "tests/LeaderElection.AspNetCore.Tests/PublicApi.LeaderElection.AspNetCore.approved.txt"));
}
