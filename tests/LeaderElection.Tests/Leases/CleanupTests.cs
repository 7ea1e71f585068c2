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
}
