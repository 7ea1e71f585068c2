namespace LeaderElection.Tests;

public class StatusTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void An_elector_runs_from_its_start_to_its_stop()
    {
        var elector = _arena.Candidate();
        elector.Status.IsRunning.ShouldBeFalse();

        _arena.Finish(elector.StartAsync());
        elector.Status.IsRunning.ShouldBeTrue();

        _arena.Finish(elector.StopAsync(), atMostSeconds: 1);
        elector.Status.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void On_the_leader_the_rest_of_the_lease_is_that_of_its_trust()
    {
        var (elector, term) = _arena.Leader();
        _arena.Advance(2);

        elector.Status.Remaining.ShouldBe(TimeSpan.FromSeconds(7));
        term.Remaining.ShouldBe(TimeSpan.FromSeconds(7));
        elector.Status.Whole.ShouldBe(TimeSpan.FromSeconds(10));
        elector.Status.Guarantee.ShouldBe(ElectionGuarantee.Exclusive);
    }

    [Fact]
    public void On_a_follower_it_is_that_of_the_row_as_last_seen()
    {
        _arena.Leader();
        var follower = _arena.Started("b");
        _arena.Advance(2);

        follower.Status.Remaining.ShouldBe(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void It_is_unknown_when_nobody_is_known_to_lead_and_never_negative()
    {
        var (leader, _) = _arena.Leader();
        var follower = _arena.Started("b");
        _arena.Store.Break(Fault.Hang());

        _arena.Advance(10.001);
        follower.Status.Remaining.ShouldBe(TimeSpan.Zero);
        leader.Status.Remaining.ShouldBeNull();

        _arena.Advance(5);
        follower.Leader.ShouldBeNull();
        follower.Status.Remaining.ShouldBeNull();
    }

    [Fact]
    public void The_stores_silence_lasts_from_the_first_failure_to_the_first_answer()
    {
        var (elector, _) = _arena.Leader();
        elector.Status.Silence.ShouldBeNull();
        elector.Status.LastFailure.ShouldBeNull();

        _arena.Store.Next(StoreOperation.Renew, Fault.Misconfigured("no table"), Fault.Throw());
        _arena.Advance(3);
        elector.Status.Silence.ShouldBe(TimeSpan.Zero);
        elector.Status.LastFailure.ShouldBe(
            new FailedAttempt { At = _arena.Clock.GetUtcNow(), Operation = "renew", Message = "no table" });

        _arena.Advance(1);
        elector.Status.Silence.ShouldBeNull();
        elector.Status.LastFailure!.Message.ShouldBe("The store is down.", "what was last wrong stays known");
    }

    [Fact]
    public void A_loop_that_is_stuck_past_its_deadline_is_overdue()
    {
        var (elector, _) = _arena.Leader();

        // Time passes and no timer fires: so does a process that gets no processor.
        _arena.Clock.Suspend(TimeSpan.FromSeconds(12.9));
        elector.IsLeader.ShouldBeFalse();
        elector.Status.IsOverdue.ShouldBeFalse("leaving a term may take 4 s after its 9 s");
        _arena.Clock.Suspend(TimeSpan.FromSeconds(0.2));
        elector.Status.IsOverdue.ShouldBeTrue();

        _arena.AdvanceUntil(() => !elector.Status.IsOverdue, atMostSeconds: 4, "it follows again");
    }

    [Fact]
    public void A_store_that_hangs_makes_nobody_overdue()
    {
        var (elector, _) = _arena.Leader();
        _ = elector.RunAsLeaderAsync((_, _) => _arena.Clock.After(TimeSpan.FromSeconds(60)), CancellationToken.None);
        _arena.Store.Break(Fault.Hang());

        for (var step = 0; step < 300; step++)
        {
            _arena.Advance(0.1);
            elector.Status.IsOverdue.ShouldBeFalse();
        }
    }

    [Fact]
    public void Who_steps_down_is_not_overdue()
    {
        var (elector, _) = _arena.Leader();
        _ = elector.RunAsLeaderAsync((_, _) => _arena.Clock.After(TimeSpan.FromSeconds(60)), CancellationToken.None);
        _ = elector.StopAsync();

        _arena.Advance(30);

        elector.Status.IsOverdue.ShouldBeFalse();
    }

    [Fact]
    public void An_elector_with_nothing_to_tell_is_well()
    {
        var fake = new FakeLeaderElector();
        var term = fake.BecomeLeader();

        ((IElector)fake).Status.ShouldBe(new ElectorStatus
        {
            Guarantee = ElectionGuarantee.Exclusive,
            IsRunning = true,
            IsLeader = true,
            FencingToken = term.FencingToken,
        });
    }
}
