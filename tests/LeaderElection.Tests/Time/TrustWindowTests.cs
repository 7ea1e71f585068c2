namespace LeaderElection.Tests;

public class TrustWindowTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void Leadership_expires_by_itself_while_every_timer_is_stuck()
    {
        var (elector, term) = _arena.Leader();

        _arena.Clock.Suspend(TimeSpan.FromSeconds(9) - TimeSpan.FromTicks(1));
        elector.IsLeader.ShouldBeTrue();
        term.Remaining.ShouldBe(TimeSpan.FromTicks(1));
        _arena.Clock.Suspend(TimeSpan.FromTicks(1));

        elector.IsLeader.ShouldBeFalse();
        elector.Current.ShouldBeNull();
        elector.Leader.ShouldBeNull();
        term.Remaining.ShouldBe(TimeSpan.Zero);
        Should.Throw<LeadershipLostException>(term.ThrowIfLost);
    }

    [Fact]
    public void After_a_suspension_the_loss_is_told_within_a_safety_margin()
    {
        var (_, term) = _arena.Leader();
        _arena.Advance(0.5);
        _arena.Clock.Suspend(TimeSpan.FromMinutes(10));

        _arena.AdvanceUntil(() => term.Lost.IsCancellationRequested, 1.01);

        _arena.History[^1].Change.Reason.ShouldBe(LeadershipChangeReason.Expired);
    }

    [Fact]
    public void A_wall_clock_set_forward_is_taken_for_a_suspension()
    {
        var (elector, _) = _arena.Leader();

        _arena.Clock.SetWall(TimeSpan.FromHours(1));

        elector.IsLeader.ShouldBeFalse();
        _arena.AdvanceUntil(() => elector.IsLeader, 5);
    }

    /// <summary>Seed 2139 of the simulation: the clock was set twice between two looks of the elector's own.</summary>
    [Fact]
    public void A_term_that_was_seen_over_is_not_held_again_when_the_wall_clock_is_set_back()
    {
        var (elector, term) = _arena.Leader();

        _arena.Clock.SetWall(TimeSpan.FromHours(1));
        elector.IsLeader.ShouldBeFalse();
        _arena.Clock.SetWall(TimeSpan.FromHours(-1));

        elector.IsLeader.ShouldBeFalse();
        term.IsHeld.ShouldBeFalse();
        term.Remaining.ShouldBe(TimeSpan.Zero);
        _arena.AdvanceUntil(() => term.Lost.IsCancellationRequested, 1.01);
        _arena.AdvanceUntil(() => elector.IsLeader, 5);
        elector.Current!.FencingToken.ShouldBe(2);
    }

    [Fact]
    public void A_term_that_has_no_time_left_is_not_held_again_either()
    {
        var (elector, term) = _arena.Leader();

        _arena.Clock.SetWall(TimeSpan.FromHours(1));
        term.Remaining.ShouldBe(TimeSpan.Zero);
        _arena.Clock.SetWall(TimeSpan.FromHours(-1));

        term.IsHeld.ShouldBeFalse();
        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void A_window_lasts_for_a_lease_without_the_safety_margin_from_when_the_attempt_was_sent()
    {
        var clock = new ManualClock();
        var sent = Moment.Now(clock);
        clock.Advance(TimeSpan.FromSeconds(2));

        var window = new TrustWindow(clock, sent, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

        window.Remaining.ShouldBe(TimeSpan.FromSeconds(7));
        window.PastEnd.ShouldBe(TimeSpan.FromSeconds(-7));
    }

    [Fact]
    public void A_window_that_was_seen_closed_is_not_extended()
    {
        var clock = new ManualClock();
        var window = Window(clock);
        clock.SetWall(TimeSpan.FromSeconds(9));
        window.IsOpen.ShouldBeFalse();
        clock.SetWall(TimeSpan.FromSeconds(-9));

        window.TryExtend(Moment.Now(clock)).ShouldBeFalse();

        window.IsOpen.ShouldBeFalse();
        window.PastEnd.ShouldBe(TimeSpan.FromSeconds(-9));
    }

    [Fact]
    public void A_window_that_was_extended_lasts_from_when_the_renewal_was_sent()
    {
        var clock = new ManualClock();
        var window = Window(clock);
        clock.Advance(TimeSpan.FromSeconds(4));
        var sent = Moment.Now(clock);
        clock.Advance(TimeSpan.FromSeconds(3));
        window.TryExtend(sent).ShouldBeTrue();

        window.Remaining.ShouldBe(TimeSpan.FromSeconds(6));
        clock.Advance(TimeSpan.FromSeconds(6) - TimeSpan.FromTicks(1));
        window.IsOpen.ShouldBeTrue();
        clock.Advance(TimeSpan.FromTicks(1));

        window.IsOpen.ShouldBeFalse();
        window.Remaining.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void No_clock_closes_an_endless_window()
    {
        var clock = new ManualClock();
        var window = TrustWindow.Endless(clock);

        clock.SetWall(TimeSpan.FromDays(365_000));

        window.IsOpen.ShouldBeTrue();
        window.Remaining.ShouldBeGreaterThan(TimeSpan.FromDays(365_000));
    }

    [Fact]
    public void A_wall_clock_set_back_does_not_stretch_leadership()
    {
        var (elector, _) = _arena.Leader();
        _arena.Store.Break(Fault.Throw());

        _arena.Clock.SetWall(TimeSpan.FromHours(-1));
        _arena.Advance(8.999);
        elector.IsLeader.ShouldBeTrue();
        _arena.Advance(0.001);

        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void A_wall_clock_that_is_hours_off_matters_to_nobody()
    {
        var astray = new ManualClock();
        astray.SetWall(TimeSpan.FromHours(-7));
        var elector = new LeaseElector(
            _arena.Store, Arena.Options("astray"), null, astray, new SteadyRandom(), ElectionInstruments.Shared);
        _arena.Finish(elector.StartAsync());
        astray.Settle();
        elector.IsLeader.ShouldBeTrue();

        for (var second = 0; second < 60; second++)
        {
            astray.Advance(TimeSpan.FromSeconds(1));
            _arena.Advance(1);
        }

        elector.Current!.FencingToken.ShouldBe(1);
        elector.Leader!.Since.ShouldBe(_arena.Row()!.AcquiredAt);
    }

    [Fact]
    public void A_term_seen_to_be_over_is_never_held_again()
    {
        var (_, term) = _arena.Leader();
        _arena.Store.Next(StoreOperation.Renew, Fault.AnswerLate(TimeSpan.FromSeconds(1)));
        _arena.Advance(3.5);
        _arena.Clock.Suspend(TimeSpan.FromSeconds(6));
        term.IsHeld.ShouldBeFalse();

        // The renewal's answer comes before any timer looks at the window.
        for (var step = 0; step < 200; step++)
        {
            _arena.Clock.Advance(TimeSpan.FromMilliseconds(5));
            term.IsHeld.ShouldBeFalse();
        }
    }

    [Fact]
    public void What_remains_is_what_is_left_without_another_renewal()
    {
        var (_, term) = _arena.Leader();
        term.Remaining.ShouldBe(TimeSpan.FromSeconds(9));

        _arena.Advance(2);
        term.Remaining.ShouldBe(TimeSpan.FromSeconds(7));
        _arena.Advance(1);

        term.Remaining.ShouldBe(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public void Asking_whether_it_leads_allocates_nothing()
    {
        var (elector, term) = _arena.Leader();
        var real = new LeaseElector(new InMemoryLeaseStore(), new LeaderElectionOptions(), null, TimeProvider.System);
        var held = elector.IsLeader && term.IsHeld && !real.IsLeader && elector.Current is not null;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var call = 0; call < 1000; call++)
            held &= elector.IsLeader && term.IsHeld && !real.IsLeader && elector.Current is not null;

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        held.ShouldBeTrue();
    }

    // The loop resumes on the thread that rings it: a log that blocked there held Lost back for as long.
    [Fact]
    public void Lost_is_cancelled_before_anything_else_is_done_about_it()
    {
        var seen = new List<bool>();
        var logs = new LogCollector();
        var elector = new LeaseElector(
            _arena.Store, Arena.Options("a"), logs, _arena.Clock, new SteadyRandom(0.5), ElectionInstruments.Shared);
        _arena.Finish(elector.StartAsync());
        _arena.Clock.Settle();
        var term = elector.Current.ShouldNotBeNull();
        logs.OnEntry = entry =>
        {
            if (entry.EventId == 1002)
                seen.Add(term.Lost.IsCancellationRequested);
        };
        _arena.Store.Break(Fault.Throw());

        _arena.AdvanceUntil(() => !elector.IsLeader, 10);
        _arena.Advance(1);

        seen.ShouldBe([true]);
    }

    private static TrustWindow Window(ManualClock clock) =>
        new(clock, Moment.Now(clock), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
}
