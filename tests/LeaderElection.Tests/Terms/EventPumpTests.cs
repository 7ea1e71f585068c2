using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeaderElection.Tests;

public class EventPumpTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    private readonly ManualClock _clock = new();
    private readonly ChangeFeed<LeadershipChange> _feed;
    private readonly EventPump _pump;
    private readonly List<long?> _heard = [];

    public EventPumpTests()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        _feed = new ChangeFeed<LeadershipChange>(action => OffLoop.Run(_clock, action), new LeadershipChange());
        _pump = new EventPump(this, _feed, _clock, "orders", NullLogger.Instance);
    }

    [Fact]
    public void A_handler_hears_every_change_from_when_it_was_added_and_never_where_it_was_added()
    {
        Publish(1);
        _pump.LeadershipChanged += Hear;
        Publish(2);
        Publish(3);

        _heard.ShouldBeEmpty();
        _clock.Settle();
        Publish(4);
        _clock.Settle();

        _heard.ShouldBe([2, 3, 4]);
    }

    [Fact]
    public void A_handler_that_was_removed_hears_nothing_and_one_added_later_hears_what_comes_then()
    {
        _pump.LeadershipChanged += Hear;
        Publish(1);
        _clock.Settle();

        _pump.LeadershipChanged -= Hear;
        Publish(2);
        _clock.Settle();
        Publish(3);
        _pump.LeadershipChanged += Hear;
        Publish(4);
        _clock.Settle();

        _heard.ShouldBe([1, 4]);
    }

    [Fact]
    public void A_handler_that_is_removed_and_added_in_the_same_breath_hears_each_change_once()
    {
        _pump.LeadershipChanged += Hear;
        _clock.Settle();

        _pump.LeadershipChanged -= Hear;
        _pump.LeadershipChanged += Hear;
        Publish(1);
        _clock.Settle();

        _heard.ShouldBe([1]);
    }

    [Fact]
    public void Nobody_watches_while_nobody_listens()
    {
        _feed.Watchers.ShouldBe(0);
        _pump.LeadershipChanged += null;
        _feed.Watchers.ShouldBe(0);
        _pump.LeadershipChanged += Hear;
        _pump.LeadershipChanged += Hear;
        _feed.Watchers.ShouldBe(1);

        _pump.LeadershipChanged -= Hear;
        _pump.LeadershipChanged -= Hear;
        Publish(1);
        _clock.Settle();

        _feed.Watchers.ShouldBe(0);
        _clock.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public void After_the_last_change_there_is_nothing_to_wait_for()
    {
        Deliver().IsCompleted.ShouldBeTrue("nobody listens");
        _pump.LeadershipChanged += Hear;
        Publish(1);
        _feed.Complete();
        var delivered = Deliver();
        delivered.IsCompleted.ShouldBeFalse();

        _clock.Settle();

        delivered.IsCompletedSuccessfully.ShouldBeTrue();
        _heard.ShouldBe([1]);
        _feed.Watchers.ShouldBe(0);
    }

    [Fact]
    public void Whoever_listens_after_the_end_leaves_nothing_behind()
    {
        Publish(1);
        _feed.Complete();

        _pump.LeadershipChanged += Hear;
        _clock.Settle();

        Deliver().IsCompleted.ShouldBeTrue();
        _heard.ShouldBeEmpty();
        _feed.Watchers.ShouldBe(0);
    }

    [Fact]
    public void The_context_of_the_first_subscriber_does_not_live_on_in_it()
    {
        string? seen = "nothing";
        Ambient.Value = "a transaction";
        _pump.LeadershipChanged += (_, _) => seen = Ambient.Value;

        Publish(1);
        _clock.Settle();

        seen.ShouldBeNull();
    }

    [Fact]
    public void An_elector_that_was_never_started_is_collected_with_its_handlers()
    {
        var elector = Candidate();
        _clock.Settle();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        elector.IsAlive.ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Candidate()
    {
        var elector = new LeaseElector(new InMemoryLeaseStore(_clock), timeProvider: _clock);
        elector.LeadershipChanged += (_, _) => { };
        return new WeakReference(elector);
    }

    private void Hear(object? sender, LeadershipChangedEventArgs change) => _heard.Add(change.FencingToken);

    private void Publish(long token) => _feed.Publish(new LeadershipChange { FencingToken = token });

    private Task Deliver() => _pump.DeliverLastAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
}
