namespace LeaderElection.Tests;

public class FakeLeaderElectorTests
{
    private readonly FakeLeaderElector _elector = new("orders", "a");

    [Fact]
    public void Becoming_leader_twice_keeps_the_term()
    {
        var term = _elector.BecomeLeader();
        _elector.BecomeLeader().ShouldBeSameAs(term);
    }

    [Fact]
    public void Losing_what_is_not_held_tells_nobody()
    {
        var heard = 0;
        _elector.LeadershipChanged += (_, _) => heard++;
        _elector.LoseLeadership();
        heard.ShouldBe(0);
    }

    [Fact]
    public void The_test_says_why_the_leadership_is_lost()
    {
        LeadershipChangeReason? reason = null;
        _elector.BecomeLeader();
        _elector.LeadershipChanged += (_, change) => reason = change.Reason;
        _elector.LoseLeadership(LeadershipChangeReason.Superseded);
        reason.ShouldBe(LeadershipChangeReason.Superseded);
    }

    [Fact]
    public void A_fake_term_never_runs_out()
    {
        var term = _elector.BecomeLeader();
        term.Remaining.ShouldBe(TimeSpan.MaxValue);
        new FakeLeaderElector().ElectionName.ShouldBe("default");
    }

    [Fact]
    public async Task In_the_hands_of_an_owner_it_is_the_same_until_it_is_disposed()
    {
        var reasons = new List<LeadershipChangeReason>();
        var owned = _elector.AsOwned();
        owned.LeadershipChanged += (_, change) => reasons.Add(change.Reason);
        var term = _elector.BecomeLeader();
        owned.Current.ShouldBeSameAs(term);
        var work = owned.RunAsLeaderAsync((_, _) => new TaskCompletionSource().Task, CancellationToken.None);

        await owned.DisposeAsync();
        await owned.DisposeAsync();

        _elector.IsLeader.ShouldBeFalse();
        reasons.ShouldBe([LeadershipChangeReason.Acquired, LeadershipChangeReason.Stopped]);
        work.IsCompleted.ShouldBeFalse("the work has not ended");
    }
}
