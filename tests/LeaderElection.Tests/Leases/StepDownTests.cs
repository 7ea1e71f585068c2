namespace LeaderElection.Tests;

public class StepDownTests
{
    private readonly Arena _arena = new();
    private readonly List<string> _order = [];

    [Fact]
    public void A_stopped_leader_is_followed_within_twenty_milliseconds()
    {
        var (leader, _) = _arena.Leader("a");
        var follower = _arena.Started("b", random: 0.99);
        var watch = _arena.Clock.Elapsed;

        _arena.Finish(leader.StopAsync());
        _arena.AdvanceUntil(() => follower.IsLeader, 1);

        (_arena.Clock.Elapsed - watch).ShouldBeLessThanOrEqualTo(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Without_notifications_a_stopped_leader_is_followed_within_one_poll()
    {
        _arena.Store.SetListening(false);
        var (leader, _) = _arena.Leader("a");
        var follower = _arena.Started("b", random: 0.99);
        _arena.Advance(4);

        _arena.Finish(leader.StopAsync());

        _arena.AdvanceUntil(() => follower.IsLeader, 6).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void With_its_notification_lost_a_stopped_leader_is_followed_within_one_lease()
    {
        var (leader, _) = _arena.Leader("a");
        var follower = _arena.Started("b", random: 0.99);
        _arena.Store.CopiesOfHints = 0;

        _arena.Finish(leader.StopAsync());

        _arena.AdvanceUntil(() => follower.IsLeader, 11).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(10.05));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_loss_is_told_before_the_lease_is_given_away_and_the_event_follows(bool stops)
    {
        var (elector, term) = _arena.Leader();
        using var registration = term.Lost.Register(() => _order.Add($"lost, leader: {elector.IsLeader}"));
        _arena.Store.OnCall = operation => _order.Add($"{operation}");
        elector.LeadershipChanged += (_, change) => _order.Add($"event {change.Reason}");

        _arena.Finish(stops ? elector.StopAsync() : elector.ReleaseAsync());
        _arena.Clock.Settle();

        _order.Take(3).ShouldBe(["lost, leader: False", "Release", stops ? "event Stopped" : "event Released"]);
        _arena.Row().ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_lease_is_renewed_while_the_work_ends_and_given_away_right_after(bool stops)
    {
        var (elector, term) = _arena.Leader("a");
        var follower = _arena.Started("b");
        var finish = new TaskCompletionSource();
        var running = elector.RunAsLeaderAsync((_, _) => finish.Task, CancellationToken.None);

        var stepDown = stops ? elector.StopAsync() : elector.ReleaseAsync();
        elector.IsLeader.ShouldBeFalse();
        _arena.Advance(9.5);

        term.Lost.IsCancellationRequested.ShouldBeTrue();
        stepDown.IsCompleted.ShouldBeFalse();
        follower.IsLeader.ShouldBeFalse();
        _arena.Store.Count(StoreOperation.Renew).ShouldBe(3);
        _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);

        finish.SetResult();
        _arena.Finish(stepDown);
        _arena.AdvanceUntil(() => follower.IsLeader, 0.05);
        running.IsCompleted.ShouldBe(stops);
    }

    [Fact]
    public void A_callback_that_blocks_is_waited_for_while_the_lease_is_renewed()
    {
        var (elector, term) = _arena.Leader();
        using var registration = term.Lost.Register(() =>
        {
            _arena.Advance(8);
            _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);
            _order.Add("callback returns");
        });
        _arena.Store.OnCall = operation => _order.Add($"{operation}");

        _arena.Finish(elector.StopAsync(), atMostSeconds: 8.1);

        _order.ShouldBe(["Renew", "Renew", "callback returns", "Release"]);
    }

    [Fact]
    public void A_callback_that_throws_is_logged_and_harms_nothing()
    {
        var (elector, term) = _arena.Leader();
        using var registration = term.Lost.Register(() => throw new InvalidOperationException("Bad callback."));

        _arena.Finish(elector.StopAsync());

        _arena.Row().ShouldBeNull();
        _arena.Logs.Count(1010).ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Work_that_outlasts_the_drain_keeps_the_lease_from_being_given_away(bool stops)
    {
        var (elector, term) = _arena.Leader("a");
        var follower = _arena.Started("b");
        _ = elector.RunAsLeaderAsync((_, _) => new TaskCompletionSource().Task, CancellationToken.None);

        var stepDown = stops ? elector.StopAsync() : elector.ReleaseAsync();
        _arena.Finish(stepDown, atMostSeconds: 10.1).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(9.9));

        _arena.Store.Count(StoreOperation.Release).ShouldBe(0);
        _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);
        follower.IsLeader.ShouldBeFalse();
        _arena.Logs.Count(1006).ShouldBe(1);
        _arena.AdvanceUntil(() => follower.IsLeader, 10.1);
    }

    [Fact]
    public async Task Five_requests_to_release_are_one_step_down()
    {
        var (leader, _) = _arena.Leader("a");
        var follower = _arena.Started("b");

        var requests = Enumerable.Range(0, 5).Select(_ => leader.ReleaseAsync()).ToList();
        _arena.Clock.Settle();
        await Task.WhenAll(requests).WaitAsync(Arena.RealTimeLimit);

        _arena.AdvanceUntil(() => follower.IsLeader, 0.05);
        _arena.Store.Count(StoreOperation.Release).ShouldBe(1);
        _arena.AdvanceUntil(() => leader.Leader is not null, 0.05);
        leader.Leader!.InstanceId.ShouldBe("b");
    }

    [Fact]
    public void A_request_right_after_the_election_works()
    {
        var elector = _arena.Candidate();
        Task? release = null;
        elector.LeadershipChanged += (_, change) => release ??= change.IsLeader ? elector.ReleaseAsync() : null;
        _arena.Finish(elector.StartAsync());
        _arena.Clock.Settle();

        _arena.Finish(release.ShouldNotBeNull());

        elector.IsLeader.ShouldBeFalse();
        _arena.Row().ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_term_ends_at_once_even_while_a_renewal_hangs(bool stops)
    {
        var (elector, term) = _arena.Leader();
        _arena.Store.Next(StoreOperation.Renew, Fault.Hang());
        _arena.Advance(3.1);

        var stepDown = stops ? elector.StopAsync() : elector.ReleaseAsync();

        elector.IsLeader.ShouldBeFalse();
        _arena.Clock.Settle();
        term.Lost.IsCancellationRequested.ShouldBeTrue();
        _arena.Finish(stepDown, atMostSeconds: 2);
        _arena.Row().ShouldBeNull();
    }

    [Fact]
    public void A_released_leader_sits_out_its_cool_down_and_then_leads_again()
    {
        var (elector, _) = _arena.Leader();

        _arena.Finish(elector.ReleaseAsync());

        _arena.AdvanceUntil(() => elector.IsLeader, 10.2).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(10));
        _arena.Store.Count(StoreOperation.Acquire).ShouldBe(2, "while it sits out it looks and does not run");
    }

    [Fact]
    public void Sitting_out_without_notifications_it_learns_of_its_successor_by_polling()
    {
        _arena.Store.SetListening(false);
        var (elector, _) = _arena.Leader("a");
        _arena.Finish(elector.ReleaseAsync());
        _arena.Clock.Settle();
        _arena.Started("b").IsLeader.ShouldBeTrue();

        _arena.AdvanceUntil(() => elector.Leader is not null, 3.1);

        elector.Leader!.InstanceId.ShouldBe("b");
    }

    [Fact]
    public void Sitting_out_it_forgets_a_successor_that_left()
    {
        var (elector, _) = _arena.Leader("a");
        _arena.Finish(elector.ReleaseAsync());
        var successor = _arena.Started("b");
        _arena.AdvanceUntil(() => elector.Leader is not null, 0.1);

        _arena.Finish(successor.StopAsync());

        _arena.AdvanceUntil(() => elector.Leader is null, 0.1);
    }

    [Fact]
    public void Releasing_on_a_follower_asks_the_store_nothing()
    {
        _arena.Leader("a");
        var follower = _arena.Started("b");
        var before = _arena.Store.Calls.Count;

        _arena.Finish(follower.ReleaseAsync());
        _arena.Clock.Settle();

        _arena.Store.Calls.Count.ShouldBe(before);
    }

    [Fact]
    public void A_release_that_fails_is_tried_again()
    {
        var (elector, _) = _arena.Leader();
        _arena.Store.Next(StoreOperation.Release, Fault.Throw(), Fault.ThrowSynchronously(), Fault.LoseAnswer());

        _arena.Finish(elector.StopAsync(), atMostSeconds: 1.6);

        _arena.Row().ShouldBeNull();
    }

    [Fact]
    public void After_an_expiry_what_is_left_of_the_lease_is_given_away_once_the_work_has_ended()
    {
        var (elector, _) = _arena.Leader("a");
        _arena.Store.Always(StoreOperation.Renew, Fault.Throw());
        _arena.Advance(8.9);
        var follower = _arena.Started("b");

        _arena.AdvanceUntil(() => follower.IsLeader, 0.3);

        elector.IsLeader.ShouldBeFalse();
    }
}
