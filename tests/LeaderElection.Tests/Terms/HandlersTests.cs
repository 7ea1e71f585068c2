using System.Diagnostics;

namespace LeaderElection.Tests;

public class HandlersTests
{
    private static readonly AsyncLocal<string?> Ambient = new();
    private readonly Arena _arena = new();

    [Fact]
    public void A_slow_handler_delays_later_events_and_nothing_else()
    {
        var elector = _arena.Candidate();
        var heard = new List<LeadershipChangeReason>();
        elector.LeadershipChanged += (_, change) =>
        {
            heard.Add(change.Reason);
            if (change.IsLeader)
                _arena.Advance(40);
        };

        _arena.Finish(elector.StartAsync());
        _arena.Clock.Settle();

        elector.Current!.FencingToken.ShouldBe(1);
        _arena.Store.Count(StoreOperation.Renew).ShouldBe(13);
        _arena.Finish(elector.StopAsync());
        heard.ShouldBe([LeadershipChangeReason.Acquired, LeadershipChangeReason.Stopped]);
    }

    [Fact]
    public void A_handler_that_throws_is_logged_and_the_others_still_hear()
    {
        var elector = new LeaseElector(
            _arena.Store, Arena.Options("a"), _arena.Logs, _arena.Clock,
            new SteadyRandom(), ElectionInstruments.Shared);
        var heard = 0;
        elector.LeadershipChanged += (_, _) => throw new InvalidOperationException("Bad handler.");
        elector.LeadershipChanged += (_, _) => heard++;

        _arena.Finish(elector.StartAsync());
        _arena.Clock.Settle();
        _arena.Finish(elector.StopAsync());

        heard.ShouldBe(2);
        _arena.Logs.Count(1011).ShouldBe(2);
    }

    [Fact]
    public async Task A_stop_waits_for_the_handlers_no_longer_than_for_work()
    {
        var store = new InMemoryLeaseStore();
        using var unblock = new ManualResetEventSlim();
        var isBlocking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // What is told of the end counts as work, and a busy machine may take its time to tell.
        var options = Arena.Options("a", options => options.DrainTimeout = TimeSpan.FromSeconds(3));
        var elector = new LeaseElector(store, options, _arena.Logs);
        elector.LeadershipChanged += (_, _) =>
        {
            isBlocking.TrySetResult();
            unblock.Wait();
        };
        await elector.StartAsync();
        await isBlocking.Task.WaitAsync(Arena.RealTimeLimit);

        await elector.StopAsync().WaitAsync(Arena.RealTimeLimit);
        unblock.Set();

        _arena.Logs.Count(1012).ShouldBe(1);
        (await store.ReadAsync("orders", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public void The_first_event_arrives_in_whatever_order_the_clock_runs_what_is_due_at_once()
    {
        var arena = new Arena(new ManualClock { FiresTiesInReverse = true });

        arena.Started().IsLeader.ShouldBeTrue();
        arena.Clock.Settle();

        arena.History.ShouldHaveSingleItem().Change.Reason.ShouldBe(LeadershipChangeReason.Acquired);
    }

    [Fact]
    public void What_surrounds_the_caller_does_not_live_on_in_the_elector()
    {
        var seen = new List<(string?, Activity?)>();
        void Look() => seen.Add((Ambient.Value, Activity.Current));
        _arena.Store.OnCall = _ => Look();
        var elector = _arena.Candidate();
        elector.LeadershipChanged += (_, _) => Look();
        using var activity = new Activity("request");
        activity.Start();
        Ambient.Value = "a transaction";

        _arena.Finish(elector.StartAsync());
        _arena.Advance(10);
        Look();

        seen[^1].ShouldBe(("a transaction", activity));
        seen.Count.ShouldBeGreaterThan(5);
        seen.SkipLast(1).ShouldAllBe(look => look.Item1 == null && look.Item2 == null);
    }
}
