namespace LeaderElection.Tests;

public class CleanupTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void Leases_that_ran_out_are_deleted_and_living_ones_are_not()
    {
        var (elector, _) = _arena.Leader();
        var abandoned = Claims.Of("abandoned", "x", TimeSpan.FromSeconds(1));
        _arena.Finish(_arena.Store.Leases.AcquireAsync(abandoned, CancellationToken.None));

        _arena.Advance(61);

        _arena.Logs.Count(1013).ShouldBe(1);
        elector.IsLeader.ShouldBeTrue();
        _arena.Result(_arena.Store.Leases.DeleteExpiredAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public void Electors_that_share_a_store_clean_it_once_per_interval()
    {
        for (var number = 0; number < 10; number++)
            _arena.Started($"node {number}", random: number / 10.0);

        _arena.Advance(600);

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeInRange(9, 11);
    }

    [Fact]
    public void When_the_elector_that_cleans_is_stopped_another_goes_on()
    {
        var electors = Enumerable.Range(0, 3).Select(number => _arena.Started($"node {number}")).ToList();
        _arena.Advance(130);
        var before = _arena.Store.Count(StoreOperation.DeleteExpired);

        _arena.Finish(electors[0].StopAsync(), atMostSeconds: 1);
        _arena.Finish(electors[1].StopAsync(), atMostSeconds: 1);
        _arena.Advance(300);

        before.ShouldBe(2);
        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeInRange(before + 4, before + 6);
    }

    [Fact]
    public void A_store_is_cleaned_as_often_as_the_hastiest_of_its_electors_wants()
    {
        _arena.Started("patient", options => options.CleanupInterval = TimeSpan.FromHours(1));
        _arena.Started("hasty", options => options.CleanupInterval = TimeSpan.FromSeconds(30));

        _arena.Advance(300);

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeInRange(9, 11);
    }

    // What is deleted cannot be seen to have run out by less than the tolerance.
    [Fact]
    public void Leases_that_a_jump_of_the_clock_may_have_ended_are_not_deleted()
    {
        _arena.Started("patient", options => options.ClockJumpTolerance = TimeSpan.FromHours(2));
        var (elector, _) = _arena.Leader("other election", options => options.ElectionName = "other");
        var abandoned = Claims.Of("abandoned", "x", TimeSpan.FromSeconds(1));
        _arena.Finish(_arena.Store.Leases.AcquireAsync(abandoned, CancellationToken.None));

        _arena.Advance(3700);

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeGreaterThan(50);
        _arena.Logs.Count(1013).ShouldBe(0);
        elector.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public void A_cleanup_that_hangs_or_fails_delays_no_renewal()
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Next(StoreOperation.DeleteExpired, Fault.Hang(), Fault.ThrowSynchronously(), Fault.Throw());

        _arena.Advance(400);

        elector.Current.ShouldBeSameAs(term);
        _arena.Logs.Count(1014).ShouldBe(3);
        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBe(6);
    }

    [Fact]
    public void Electors_that_come_and_go_faster_than_the_interval_do_not_put_the_cleaning_off()
    {
        var before = _arena.Started("0");
        for (var number = 1; number <= 30; number++)
        {
            var next = _arena.Started($"{number}");
            _arena.Advance(10);
            _arena.Finish(before.StopAsync(), atMostSeconds: 1);
            before = next;
        }

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeInRange(4, 5);
    }

    [Fact]
    public void A_stop_waits_for_the_cleaning_in_its_name_and_afterwards_nothing_is_done_in_it()
    {
        var electors = Enumerable.Range(0, 2)
            .Select(number => _arena.Started("a", options => options.ElectionName = $"election {number}")).ToList();
        _arena.Store.Next(StoreOperation.DeleteExpired, Fault.Hang());
        _arena.Advance(60);

        var other = electors[1].StopAsync();
        _arena.Finish(other);
        var own = electors[0].StopAsync();
        _arena.Clock.Settle();
        own.IsCompleted.ShouldBeFalse("it hangs");
        _arena.Finish(own, atMostSeconds: 2);

        _arena.Logs.Count(1014).ShouldBe(1);
        _arena.Clock.ActiveTimers.ShouldBe(0);
        _arena.Advance(300);
        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBe(1);
    }

    [Fact]
    public void The_one_that_is_left_cleans_by_its_own_clock()
    {
        var clock = new ManualClock();
        var first = _arena.Started("first", clock: clock);
        _arena.Started("second");

        var stop = first.StopAsync();
        clock.Settle();
        stop.IsCompleted.ShouldBeTrue();
        clock.ActiveTimers.ShouldBe(0);
        _arena.Advance(300);

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeInRange(4, 5);
    }

    [Fact]
    public void An_elector_that_is_stopped_while_it_starts_cleans_nothing()
    {
        var surroundings = new Surroundings(
            Arena.Options("a"), _arena.Clock, new Jitter(new SteadyRandom()),
            new ElectionTelemetry(ElectionInstruments.Shared, "orders", _arena.Clock, action => action()),
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var member = new CleanupMember(_arena.Store, new StoreAttempts(_arena.Store, surroundings), surroundings);

        member.LeaveAsync().IsCompleted.ShouldBeTrue();
        member.Join();

        _arena.Advance(300);
        _arena.Clock.ActiveTimers.ShouldBe(0);
        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBe(0);
    }

    [Fact]
    public void However_many_electors_share_a_store_they_leave_in_any_order()
    {
        var electors = Enumerable.Range(0, 20)
            .Select(number => _arena.Started("a", options => options.ElectionName = $"election {number}")).ToList();
        var order = new Random(1);
        while (electors.Count > 1)
        {
            var index = order.Next(electors.Count);
            _arena.Finish(electors[index].StopAsync(), atMostSeconds: 1);
            electors.RemoveAt(index);
        }

        _arena.Advance(300);
        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBe(5);
        _arena.Finish(electors[0].StopAsync(), atMostSeconds: 1);
        _arena.Clock.ActiveTimers.ShouldBe(0);
        _arena.Advance(300);
        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBe(5);
    }
}
