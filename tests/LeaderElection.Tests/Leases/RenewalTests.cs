namespace LeaderElection.Tests;

public class RenewalTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void A_leader_goes_on_leading_in_one_term()
    {
        var (elector, term) = _arena.Leader();

        _arena.Advance(3600);

        elector.Current.ShouldBeSameAs(term);
        _arena.Store.Count(StoreOperation.Acquire).ShouldBe(1);
        _arena.Store.Times(StoreOperation.Renew).Take(3).ShouldBe(
            [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(9)]);
    }

    [Fact]
    public void A_renewal_whose_answer_was_lost_costs_nothing()
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Next(StoreOperation.Renew, Fault.LoseAnswer(), Fault.ApplyAndHang());

        _arena.Advance(20);

        elector.Current.ShouldBeSameAs(term);
        _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);
        _arena.History.Count.ShouldBe(1);
    }

    [Fact]
    public void A_passing_error_costs_nothing_and_full_cadence_resumes()
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Next(StoreOperation.Renew, Fault.Throw(), Fault.ThrowSynchronously());

        _arena.Advance(12);

        elector.Current.ShouldBeSameAs(term);
        var times = _arena.Store.Times(StoreOperation.Renew).ToList();
        var firstSuccess = times[2];
        firstSuccess.ShouldBeLessThan(TimeSpan.FromSeconds(3.2), "retries come after a short back-off");
        times[3].ShouldBe(firstSuccess + TimeSpan.FromSeconds(3));
        _arena.Logs.Count(1003).ShouldBe(1);
        _arena.Logs.Count(1004).ShouldBe(1);
    }

    [Fact]
    public void Errors_to_the_end_of_the_window_end_the_term_once_and_in_time()
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Break(Fault.Throw());

        _arena.Advance(8.999);
        elector.IsLeader.ShouldBeTrue("an unknown answer ends nothing by itself");
        _arena.Advance(0.001);
        elector.IsLeader.ShouldBeFalse();
        _arena.Advance(60);

        _arena.History.Select(entry => entry.Change.Reason).ShouldBe(
            [LeadershipChangeReason.Acquired, LeadershipChangeReason.Expired]);
        term.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void The_back_off_of_a_leader_never_exceeds_one_attempt()
    {
        _arena.Leader();
        _arena.Store.Break(Fault.Throw());

        _arena.Advance(9);

        var times = _arena.Store.Times(StoreOperation.Renew).ToList();
        times.Zip(times.Skip(1), (earlier, later) => later - earlier).Max()
            .ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1.5));
        times[^1].ShouldBeGreaterThan(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void A_renewal_that_hangs_is_cut_off_and_the_term_ends_in_time()
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Break(Fault.Hang());

        _arena.Advance(8.999);
        elector.IsLeader.ShouldBeTrue();
        _arena.Advance(0.001);
        elector.IsLeader.ShouldBeFalse();
        _arena.Advance(0.001);
        term.Lost.IsCancellationRequested.ShouldBeTrue("no later than a timer's grain after the deadline");

        var times = _arena.Store.Times(StoreOperation.Renew).ToList();
        times.Count.ShouldBeGreaterThan(2);
        (times[1] - times[0]).ShouldBeLessThan(TimeSpan.FromSeconds(1.6),
            "an attempt is not waited for past its limit");
    }

    [Fact]
    public void A_slow_answer_does_not_stretch_leadership()
    {
        var (elector, _) = _arena.Leader();
        _arena.Store.Next(StoreOperation.Renew, Fault.AnswerLate(TimeSpan.FromSeconds(1.4)));
        _arena.Store.Always(StoreOperation.Renew, Fault.Hang());

        _arena.Advance(11.999);
        elector.IsLeader.ShouldBeTrue("the renewal sent after 3 s was answered");
        _arena.Advance(0.001);

        elector.IsLeader.ShouldBeFalse("9 s after the renewal was sent, not after it was answered");
    }

    [Fact]
    public void A_slow_grant_does_not_stretch_leadership()
    {
        _arena.Store.Next(StoreOperation.Acquire, Fault.AnswerLate(TimeSpan.FromSeconds(1.4)));
        _arena.Store.Always(StoreOperation.Renew, Fault.Throw());
        var elector = _arena.Started();
        elector.IsLeader.ShouldBeFalse();

        _arena.Advance(8.999);
        elector.IsLeader.ShouldBeTrue();
        _arena.Advance(0.001);

        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void Past_the_deadline_no_renewal_is_tried()
    {
        var (elector, term) = _arena.Leader();
        _arena.Advance(2.95);
        _arena.Clock.Suspend(TimeSpan.FromSeconds(20));
        _arena.Store.Always(StoreOperation.Acquire, Fault.Throw());

        _arena.Advance(3);

        elector.IsLeader.ShouldBeFalse();
        term.Lost.IsCancellationRequested.ShouldBeTrue();
        _arena.Store.Count(StoreOperation.Renew).ShouldBe(0);
    }

    [Fact]
    public void Renewals_go_on_while_the_work_is_busy()
    {
        var (elector, term) = _arena.Leader();
        var running = elector.RunAsLeaderAsync(
            (_, _) =>
            {
                _arena.Advance(60);
                return Task.CompletedTask;
            },
            CancellationToken.None);

        _arena.Finish(running);

        term.IsHeld.ShouldBeTrue();
        _arena.Store.Count(StoreOperation.Renew).ShouldBe(20);
    }
}
