namespace LeaderElection.Tests;

public class ObserverTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void A_follower_sees_the_first_leader_and_every_change_of_leader()
    {
        var endpoint = new Uri("http://a.example");
        var (first, _) = _arena.Leader("a", options => options.Endpoint = endpoint);
        var since = _arena.Row()!.AcquiredAt;
        var observer = _arena.Started("b", options => options.ReleaseCooldown = TimeSpan.FromDays(1));
        _arena.Clock.Settle();
        observer.Leader.ShouldBe(new LeaderInfo("a", 1, endpoint, since));

        _arena.Finish(first.StopAsync());
        _arena.AdvanceUntil(() => observer.IsLeader, 0.1);
        _arena.Finish(observer.ReleaseAsync());
        var (third, _) = _arena.Leader("c");
        _arena.AdvanceUntil(() => observer.Leader is not null, 0.1);

        observer.Leader!.InstanceId.ShouldBe("c");
        third.Leader!.FencingToken.ShouldBe(3);
        _arena.Clock.Settle();
        ChangesOf("b").Select(change => (change.Reason, change.Leader?.InstanceId)).ShouldBe(
            [
                (LeadershipChangeReason.LeaderChanged, "a"), (LeadershipChangeReason.Acquired, "b"),
                (LeadershipChangeReason.Released, null), (LeadershipChangeReason.LeaderChanged, "c"),
            ]);
    }

    [Fact]
    public void A_leader_whose_lease_ran_out_is_nobody_when_the_store_does_not_answer()
    {
        _arena.Leader("a", clock: new ManualClock());
        var observer = _arena.Started("b");
        observer.Leader.ShouldNotBeNull();

        _arena.Store.Break(Fault.Hang());
        _arena.Advance(12);

        observer.Leader.ShouldBeNull();
        ChangesOf("b")[^1].ShouldBe(new LeadershipChange { Reason = LeadershipChangeReason.LeaderChanged });
    }

    [Fact]
    public void Every_term_that_began_ends_exactly_once()
    {
        var electors = new[] { _arena.Started("a"), _arena.Started("b"), _arena.Started("c") };
        for (var round = 0; round < 5; round++)
        {
            _arena.Store.Break(Fault.Throw());
            _arena.Advance(12);
            _arena.Store.Heal();
            _arena.Advance(12);
            _arena.Usurp(leaseSeconds: 5);
            _arena.Advance(12);
            foreach (var elector in electors.Where(elector => elector.IsLeader))
                _arena.Finish(elector.ReleaseAsync());
            _arena.Advance(12);
        }

        foreach (var elector in electors)
            _arena.Finish(elector.StopAsync());

        var changes = _arena.History.Select(entry => entry.Change).ToList();
        var began = changes.Where(change => change.IsLeader).Select(change => change.FencingToken).ToList();
        var ended = changes.Where(change => !change.IsLeader && change.Reason != LeadershipChangeReason.LeaderChanged)
            .Select(change => change.FencingToken).ToList();
        began.Count.ShouldBeGreaterThan(10);
        ended.ShouldBe(began);
        began.ShouldBe(began.Order());
    }

    [Fact]
    public void A_watch_ends_after_the_last_change_when_the_elector_stops()
    {
        var (elector, _) = _arena.Leader();
        var read = ReadAllAsync(elector);
        _arena.Finish(elector.StopAsync());

        var changes = _arena.Result(read);

        changes.Select(change => change.Reason).ShouldBe(
            [LeadershipChangeReason.Acquired, LeadershipChangeReason.Stopped]);
        _arena.Result(ReadAllAsync(elector)).ShouldBe([changes[^1]], "the state that it stopped in");
    }

    [Fact]
    public void Cancelled_waits_leave_nothing_behind()
    {
        var woken = 0;
        var feed = new ChangeFeed<string>(
            action =>
            {
                woken++;
                action();
            },
            "initial");
        using var cancellation = new CancellationTokenSource();
        var waits = Enumerable.Range(0, 10).Select(_ => DrainAsync(feed, cancellation.Token)).ToList();
        waits.ShouldAllBe(wait => !wait.IsCompleted);

        cancellation.Cancel();
        feed.Publish("next");

        waits.ShouldAllBe(wait => wait.IsCanceled);
        woken.ShouldBe(0);
    }

    [Fact]
    public void A_wait_that_was_cancelled_leaves_no_timer_and_the_elector_goes_on()
    {
        _arena.Leader("a");
        var follower = _arena.Started("b");
        var timers = _arena.Clock.ActiveTimers;
        using var cancellation = new CancellationTokenSource();
        var waiting = follower.WaitForLeadershipAsync(cancellation.Token);

        cancellation.Cancel();

        Should.Throw<OperationCanceledException>(() => _arena.Result(waiting));
        _arena.Clock.ActiveTimers.ShouldBe(timers);
    }

    private List<LeadershipChange> ChangesOf(string instanceId) =>
        [.. _arena.History.Where(entry => entry.InstanceId == instanceId).Select(entry => entry.Change)];

    private static async Task<List<LeadershipChange>> ReadAllAsync(LeaseElector elector)
    {
        var changes = new List<LeadershipChange>();
        await foreach (var change in elector.WatchAsync())
            changes.Add(change);
        return changes;
    }

    private static async Task DrainAsync(ChangeFeed<string> feed, CancellationToken cancellationToken)
    {
        await foreach (var change in feed.WatchAsync(cancellationToken))
            change.ShouldBe("initial");
    }

    [Fact]
    public void A_lease_left_to_run_out_has_no_leader_for_the_instance_that_left_it()
    {
        var (elector, term) = _arena.Leader("a");
        _ = elector.RunAsLeaderAsync((_, _) => new TaskCompletionSource().Task, CancellationToken.None);

        _arena.Finish(elector.ReleaseAsync(), atMostSeconds: 10.1);
        _arena.Advance(1);

        _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);
        elector.Leader.ShouldBeNull();
    }
}
