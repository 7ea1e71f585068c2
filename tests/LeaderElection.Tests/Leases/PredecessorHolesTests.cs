namespace LeaderElection.Tests;

/// <summary>What the library that this one succeeds got wrong, one test each.</summary>
public class PredecessorHolesTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void A_leader_whose_database_is_down_is_no_leader_when_its_lease_is_over_nor_when_the_database_is_back()
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Break(Fault.Throw());
        _arena.Advance(22);
        elector.IsLeader.ShouldBeFalse();
        term.Lost.IsCancellationRequested.ShouldBeTrue();
        _arena.Finish(_arena.Store.Leases.DeleteExpiredAsync(TimeSpan.Zero, CancellationToken.None));

        _arena.Store.Heal();

        elector.IsLeader.ShouldBeFalse("there is no row");
        _arena.AdvanceUntil(() => elector.IsLeader, 5);
        term.IsHeld.ShouldBeFalse();
        elector.Current!.FencingToken.ShouldBeGreaterThan(term.FencingToken);
    }

    [Fact]
    public void The_lease_in_the_store_is_the_one_configured()
    {
        var (_, term) = _arena.Leader("a", options => options.LeaseDuration = TimeSpan.FromSeconds(37));
        _arena.Row()!.Remaining.ShouldBe(TimeSpan.FromSeconds(37));

        _arena.Advance(0.3 * 37);

        _arena.Store.Count(StoreOperation.Renew).ShouldBe(1);
        _arena.Row()!.Remaining.ShouldBe(TimeSpan.FromSeconds(37));
        term.Remaining.ShouldBe(TimeSpan.FromSeconds(0.9 * 37));
    }

    [Fact]
    public void A_row_that_ran_out_is_taken_over_before_any_cleanup()
    {
        _arena.Leader("a", clock: new ManualClock());
        _arena.Store.Always(StoreOperation.DeleteExpired, Fault.Throw());
        var successor = _arena.Started("b");

        _arena.AdvanceUntil(() => successor.IsLeader, 10.1);

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBe(0);
    }

    [Fact]
    public void An_instance_that_released_runs_again()
    {
        var (elector, term) = _arena.Leader();
        for (var round = 0; round < 3; round++)
        {
            _arena.Finish(elector.ReleaseAsync());
            elector.IsLeader.ShouldBeFalse();
            _arena.AdvanceUntil(() => elector.IsLeader, 11);
        }

        elector.Current!.FencingToken.ShouldBe(term.FencingToken + 3);
    }

    [Fact]
    public void No_cleanup_of_another_instance_makes_a_second_leader()
    {
        static void Patient(LeaderElectionOptions options)
        {
            options.LeaseDuration = TimeSpan.FromSeconds(60);
            options.RenewalInterval = TimeSpan.FromSeconds(20);
        }

        var (leader, term) = _arena.Leader("a", Patient);
        var cleaner = _arena.Started("b", options => options.CleanupInterval = TimeSpan.FromSeconds(2.1));
        for (var second = 0; second < 300; second++)
        {
            _arena.Advance(1);
            leader.Current.ShouldBeSameAs(term);
            cleaner.IsLeader.ShouldBeFalse();
        }

        _arena.Store.Count(StoreOperation.DeleteExpired).ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Omitted_options_have_defaults_that_pause_between_attempts(bool isDown)
    {
        if (isDown)
            _arena.Store.Break(Fault.Throw());
        var elector = new LeaseElector(_arena.Store, timeProvider: _arena.Clock);
        _arena.Finish(elector.StartAsync());

        _arena.Advance(1.5);

        _arena.Store.Calls.Count.ShouldBeLessThan(15);
        _arena.Advance(60);
        _arena.Store.Calls.Count.ShouldBeLessThan(75);
    }
}
