namespace LeaderElection.Tests;

public class HintsTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void A_storm_of_hints_is_one_look()
    {
        _arena.Leader("a");
        _arena.Started("b");
        var before = _arena.Store.Count(StoreOperation.Acquire);

        for (var hint = 0; hint < 1000; hint++)
            _arena.Store.SendHint();
        _arena.Advance(0.5);

        (_arena.Store.Count(StoreOperation.Acquire) - before).ShouldBe(1);
    }

    [Fact]
    public void A_hint_means_no_more_than_look_again()
    {
        var (leader, term) = _arena.Leader("a");
        var follower = _arena.Started("b");
        var renewals = _arena.Store.Count(StoreOperation.Renew);

        _arena.Store.SendHint();
        _arena.Advance(0.5);

        leader.Current.ShouldBeSameAs(term);
        follower.IsLeader.ShouldBeFalse();
        _arena.Store.Count(StoreOperation.Renew).ShouldBe(renewals, "a leader has nothing to learn from hints");
    }

    [Fact]
    public void Hints_start_no_second_chain_of_timers()
    {
        _arena.Leader("a");
        _arena.Started("b");
        var timers = _arena.Clock.ActiveTimers;
        for (var second = 0; second < 20; second++)
        {
            _arena.Store.SendHint();
            _arena.Advance(1);
        }

        _arena.Clock.ActiveTimers.ShouldBe(timers);
        var before = _arena.Store.Count(StoreOperation.Acquire);
        _arena.Advance(100);
        (_arena.Store.Count(StoreOperation.Acquire) - before).ShouldBeInRange(9, 15);
    }

    [Fact]
    public void Doubled_hints_are_one_look()
    {
        _arena.Store.CopiesOfHints = 2;
        var (leader, _) = _arena.Leader("a");
        var follower = _arena.Started("b");
        var before = _arena.Store.Count(StoreOperation.Acquire);

        _arena.Finish(leader.ReleaseAsync());
        _arena.AdvanceUntil(() => follower.IsLeader, 0.05);

        (_arena.Store.Count(StoreOperation.Acquire) - before).ShouldBe(1);
    }

    [Fact]
    public void When_listening_stops_the_follower_polls_and_says_so_once()
    {
        _arena.Leader("a");
        _arena.Started("b");
        _arena.Advance(5);
        _arena.Store.SetListening(false);
        _arena.Advance(0.5);
        var before = _arena.Store.Count(StoreOperation.Acquire);

        _arena.Advance(30);

        (_arena.Store.Count(StoreOperation.Acquire) - before).ShouldBe(10);
        _arena.Logs.Count(1008).ShouldBe(1);
    }

    [Fact]
    public void When_listening_begins_again_the_follower_looks_at_once_and_says_so_once()
    {
        _arena.Leader("a");
        _arena.Store.SetListening(false);
        _arena.Started("b");
        _arena.Advance(10);
        var before = _arena.Store.Count(StoreOperation.Acquire);

        _arena.Store.SetListening(true);
        _arena.Advance(0.02);

        (_arena.Store.Count(StoreOperation.Acquire) - before).ShouldBe(1);
        _arena.Advance(30);
        _arena.Logs.Count(1009).ShouldBe(1);
    }

    [Fact]
    public void A_store_that_cannot_subscribe_is_asked_again()
    {
        _arena.Store.SubscribeError = new InvalidOperationException("No LISTEN here.");
        var elector = _arena.Started();
        _arena.Advance(10);
        elector.IsLeader.ShouldBeFalse();

        _arena.Store.SubscribeError = null;

        _arena.AdvanceUntil(() => elector.IsLeader, 4);
    }
}
