namespace LeaderElection.Tests;

public class StopTests
{
    private readonly Arena _arena = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_the_store_down_a_leader_stops_within_two_attempts(bool hangs)
    {
        var (elector, _) = _arena.Leader();
        _arena.Store.Break(hangs ? Fault.Hang() : Fault.Throw());
        _arena.Advance(3.01);

        _arena.Finish(elector.StopAsync(), atMostSeconds: 3.1);

        elector.IsLeader.ShouldBeFalse();
        _arena.Advance(10);
        _arena.Row().ShouldBeNull("the lease runs out");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_the_store_down_a_follower_stops_within_an_attempt(bool hangs)
    {
        _arena.Store.Break(hangs ? Fault.Hang() : Fault.Throw());
        var elector = _arena.Started();
        _arena.Advance(0.5);

        _arena.Finish(elector.StopAsync(), atMostSeconds: 1.6);
    }

    [Fact]
    public void With_a_cancelled_token_the_lease_is_still_given_away()
    {
        var (elector, _) = _arena.Leader();

        _arena.Finish(elector.StopAsync(new CancellationToken(canceled: true)));

        _arena.Row().ShouldBeNull();
        _arena.Logs.Count(1006).ShouldBe(0);
    }

    [Fact]
    public void With_a_cancelled_token_running_work_is_told_but_not_waited_for()
    {
        var (elector, term) = _arena.Leader();
        _ = elector.RunAsLeaderAsync((_, _) => new TaskCompletionSource().Task, CancellationToken.None);

        _arena.Finish(elector.StopAsync(new CancellationToken(canceled: true)));

        term.Lost.IsCancellationRequested.ShouldBeTrue();
        _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);
        _arena.Logs.Count(1006).ShouldBe(1);
    }

    [Fact]
    public void Cancelling_ends_the_wait_for_the_work()
    {
        using var hurry = new CancellationTokenSource();
        var (elector, _) = _arena.Leader();
        _ = elector.RunAsLeaderAsync((_, _) => new TaskCompletionSource().Task, CancellationToken.None);
        var stop = elector.StopAsync(hurry.Token);
        _arena.Advance(1);
        stop.IsCompleted.ShouldBeFalse();

        hurry.Cancel();

        _arena.Finish(stop);
    }

    [Fact]
    public void After_a_stop_nothing_is_asked_of_the_store()
    {
        var (elector, _) = _arena.Leader();
        _arena.Finish(elector.StopAsync());
        var before = _arena.Store.Calls.Count;

        _arena.Store.SendHint();
        _arena.Finish(elector.ReleaseAsync());
        _arena.Advance(600);

        _arena.Store.Calls.Count.ShouldBe(before);
        _arena.Store.Subscriptions.ShouldBe(0);
        _arena.Clock.ActiveTimers.ShouldBe(0);
        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void A_lease_granted_while_stopping_is_given_back()
    {
        _arena.Store.Next(StoreOperation.Acquire, Fault.AnswerLate(TimeSpan.FromSeconds(1)));
        var elector = _arena.Started();

        _arena.Finish(elector.StopAsync(), atMostSeconds: 1.1);

        _arena.Row().ShouldBeNull();
        _arena.History.ShouldBeEmpty();
    }

    [Fact]
    public void A_lease_granted_after_the_attempt_was_given_up_is_given_back()
    {
        _arena.Store.Next(StoreOperation.Acquire, Fault.ApplyLate(TimeSpan.FromSeconds(5)));
        var elector = _arena.Started();
        _arena.Finish(elector.StopAsync(), atMostSeconds: 2);
        _arena.Row().ShouldBeNull();

        _arena.Advance(5.1);

        _arena.Row().ShouldBeNull();
        _arena.Store.Count(StoreOperation.Release).ShouldBe(1);
        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public async Task Stopping_twice_or_at_once_from_two_places_is_stopping()
    {
        var (elector, _) = _arena.Leader();

        var stops = new[] { elector.StopAsync(), elector.StopAsync(), elector.DisposeAsync().AsTask() };
        _arena.Clock.Settle();
        await Task.WhenAll(stops).WaitAsync(Arena.RealTimeLimit);
        _arena.Finish(elector.StopAsync());
        elector.Dispose();

        _arena.Store.Count(StoreOperation.Release).ShouldBe(1);
        _arena.History.Count.ShouldBe(2);
    }

    [Fact]
    public void An_elector_that_never_started_is_disposed_without_a_trace()
    {
        var elector = _arena.Candidate();

        elector.Dispose();
        _arena.Finish(elector.DisposeAsync().AsTask());

        _arena.Store.Calls.ShouldBeEmpty();
        Should.Throw<ObjectDisposedException>(() => _arena.Finish(elector.StartAsync()));
        Should.Throw<InvalidOperationException>(() => _arena.Result(elector.WaitForLeadershipAsync()));
    }

    [Fact]
    public void A_stopped_elector_does_not_start_again()
    {
        var (elector, _) = _arena.Leader();
        _arena.Finish(elector.StopAsync());

        Should.Throw<ObjectDisposedException>(() => _arena.Finish(elector.StartAsync()));
        _arena.Advance(30);
        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void Starting_twice_is_starting_once()
    {
        var elector = _arena.Candidate();

        _arena.Finish(elector.StartAsync());
        _arena.Finish(elector.StartAsync());
        _arena.Advance(30);

        _arena.Store.Count(StoreOperation.Acquire).ShouldBe(1);
        _arena.Store.Subscriptions.ShouldBe(1);
        _arena.History.Count.ShouldBe(1);
    }

    [Fact]
    public void A_start_with_a_cancelled_token_does_nothing()
    {
        var elector = _arena.Candidate();

        Should.Throw<OperationCanceledException>(() =>
            _arena.Finish(elector.StartAsync(new CancellationToken(canceled: true))));
        _arena.Advance(1);

        _arena.Store.Calls.ShouldBeEmpty();
        _arena.Finish(elector.StartAsync());
        _arena.AdvanceUntil(() => elector.IsLeader, 1);
    }

    [Fact]
    public void Whoever_waits_for_leadership_is_told_of_the_stop()
    {
        _arena.Leader("a");
        var follower = _arena.Started("b");
        var waiting = follower.WaitForLeadershipAsync();
        var running = follower.RunAsLeaderAsync((_, _) => Task.CompletedTask, CancellationToken.None);

        _arena.Finish(follower.StopAsync());

        Should.Throw<InvalidOperationException>(() => _arena.Result(waiting)).Message.ShouldContain("orders");
        _arena.Finish(running);
    }

    [Fact]
    public void Work_may_stop_the_elector_that_it_works_for()
    {
        var (elector, term) = _arena.Leader();
        var running = elector.RunAsLeaderAsync(
            async (_, _) => await elector.StopAsync(CancellationToken.None), CancellationToken.None);

        _arena.Finish(running);

        _arena.Clock.Settle();
        term.IsHeld.ShouldBeFalse();
        _arena.Row().ShouldBeNull();
    }

    [Fact]
    public void Work_may_stop_the_elector_after_its_term_has_ended()
    {
        var (elector, _) = _arena.Leader();
        var told = new TaskCompletionSource();
        _ = elector.RunAsLeaderAsync(
            async (_, token) =>
            {
                await using var registration = token.Register(() => told.SetResult());
                await told.Task;
                await elector.StopAsync(CancellationToken.None);
            },
            CancellationToken.None);

        _arena.Finish(elector.ReleaseAsync());

        _arena.Row().ShouldBeNull();
    }

    [Fact]
    public void A_subscription_that_throws_at_the_end_does_not_keep_the_elector_from_stopping()
    {
        var (elector, _) = _arena.Leader();
        _arena.Store.UnsubscribeError = new InvalidOperationException("Cannot unlisten.");

        _arena.Finish(elector.StopAsync());

        _arena.Row().ShouldBeNull();
        _arena.Logs.Count(1015).ShouldBe(1);
    }

    // The host disposed what the work still used.
    [Fact]
    public void A_stop_waits_for_work_whose_term_was_over_before()
    {
        var (elector, _) = _arena.Leader();
        var workEnds = new TaskCompletionSource();
        _ = elector.RunAsLeaderAsync((_, _) => workEnds.Task, CancellationToken.None);
        _arena.Store.Break(Fault.Throw());
        _arena.AdvanceUntil(() => !elector.IsLeader, 10);
        _arena.Advance(3);

        var stopping = elector.StopAsync();
        _arena.Advance(5);
        stopping.IsCompleted.ShouldBeFalse();
        workEnds.SetResult();

        _arena.Finish(stopping, atMostSeconds: 0.1);
    }

    [Fact]
    public void A_stop_waits_for_such_work_no_longer_than_for_any()
    {
        var (elector, _) = _arena.Leader();
        _ = elector.RunAsLeaderAsync((_, _) => new TaskCompletionSource().Task, CancellationToken.None);
        _arena.Usurp();
        _arena.AdvanceUntil(() => !elector.IsLeader, 10);
        _arena.Advance(3);

        _arena.Finish(elector.StopAsync(), atMostSeconds: 10.1);
    }

    [Fact]
    public void Work_may_stop_the_elector_while_it_follows_again()
    {
        var (elector, _) = _arena.Leader();
        var goOn = new TaskCompletionSource();
        _ = elector.RunAsLeaderAsync(
            async (_, _) =>
            {
                await goOn.Task;
                await elector.StopAsync(CancellationToken.None);
            },
            CancellationToken.None);
        _arena.Usurp();
        _arena.AdvanceUntil(() => !elector.IsLeader, 10);
        _arena.Advance(3);

        goOn.SetResult();

        _arena.Finish(elector.StopAsync(), atMostSeconds: 0.1);
    }
}
