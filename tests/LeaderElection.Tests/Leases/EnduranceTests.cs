using System.Runtime.CompilerServices;

namespace LeaderElection.Tests;

/// <summary>What is repeated ten thousand times leaves nothing behind: live heap, timers, subscriptions.</summary>
[Collection<AloneInTheProcess>]
public class EnduranceTests
{
    private const int WarmUp = 1_000;
    private const int Times = 10_000;

    // Less than a term, an answer or a timer takes. Not less still: the test runner takes 200 KB now and then and gives
    // them back.
    private const int BytesEachTime = 50;

    private readonly Arena _arena = new();

    [Fact]
    public void Ten_thousand_starts_and_stops_leave_nothing_behind() => GrowsNot(() =>
    {
        LiveOnce();

        _arena.Clock.ActiveTimers.ShouldBe(0);
        _arena.Store.Subscriptions.ShouldBe(0);
    });

    [Fact]
    public void Ten_thousand_starts_and_stops_beside_a_leader_leave_nothing_behind()
    {
        var leader = Started();
        var timers = _arena.Clock.ActiveTimers;

        GrowsNot(() =>
        {
            var follower = Started();
            follower.Leader.ShouldNotBeNull();
            _arena.Finish(follower.StopAsync());

            _arena.Clock.ActiveTimers.ShouldBe(timers);
            _arena.Store.Subscriptions.ShouldBe(1);
        });

        _arena.Finish(leader.StopAsync());
    }

    [Fact]
    public void Ten_thousand_renewals_leave_nothing_behind()
    {
        var elector = Started();
        var term = elector.Current.ShouldNotBeNull();
        var renewals = 0;
        _arena.Store.OnCall = operation => renewals += operation == StoreOperation.Renew ? 1 : 0;
        var timers = _arena.Clock.ActiveTimers;

        GrowsNot(() => _arena.Advance(3));

        renewals.ShouldBe(WarmUp + Times);
        elector.Current.ShouldBeSameAs(term);
        _arena.Clock.ActiveTimers.ShouldBe(timers);
        _arena.Finish(elector.StopAsync());
    }

    [Fact]
    public void Ten_thousand_terms_of_one_elector_leave_nothing_behind()
    {
        var elector = Started();
        var timers = _arena.Clock.ActiveTimers;
        var lastToken = 0L;

        GrowsNot(() =>
        {
            var term = _arena.Result(elector.WaitForLeadershipAsync());
            term.FencingToken.ShouldBeGreaterThan(lastToken);
            lastToken = term.FencingToken;
            _arena.Finish(elector.ReleaseAsync());
            _arena.Clock.Advance(TimeSpan.FromSeconds(11));

            _arena.Clock.ActiveTimers.ShouldBe(timers);
        });

        _arena.Finish(elector.StopAsync());
    }

    [Fact]
    public void Ten_thousand_attempts_on_a_store_that_is_down_leave_nothing_behind()
    {
        var elector = Started();
        _arena.Store.Break(Fault.Throw());
        _arena.Advance(60);
        var failures = 0;
        _arena.Store.OnCall = _ => failures++;
        var timers = _arena.Clock.ActiveTimers;

        GrowsNot(() =>
        {
            _arena.Store.Break(Fault.Throw());
            _arena.Advance(3);
        });

        failures.ShouldBeGreaterThanOrEqualTo(WarmUp + Times);
        _arena.Clock.ActiveTimers.ShouldBe(timers);
        _arena.Finish(elector.StopAsync(), atMostSeconds: 5);
    }

    [Fact]
    public void Stopped_electors_and_their_terms_are_collected_while_their_store_lives_on()
    {
        var remains = Enumerable.Range(0, 100).SelectMany(_ => LiveOnce()).ToList();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        remains.Count(remain => remain.IsAlive).ShouldBe(0);
        GC.KeepAlive(_arena);
    }

    private void GrowsNot(Action once)
    {
        Repeat(once, WarmUp);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Repeat(once, Times);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;

        growth.ShouldBeLessThan(BytesEachTime * Times);
    }

    private void Repeat(Action once, int times)
    {
        for (var time = 0; time < times; time++)
        {
            once();

            // What the store noted for other tests would be what grows.
            _arena.Store.Calls.Clear();
        }
    }

    // Not inlined: the caller would keep what this one has let go.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference> LiveOnce()
    {
        var changes = 0;
        var elector = Candidate();
        elector.LeadershipChanged += (_, _) => changes++;
        _arena.Finish(elector.StartAsync());
        var work = elector.RunAsLeaderAsync(
            static (_, lost) => new TaskCompletionSource().Task.WaitAsync(lost), CancellationToken.None);
        _arena.Clock.Settle();
        var term = elector.Current.ShouldNotBeNull();

        _arena.Finish(elector.StopAsync());
        _arena.Finish(work);
        changes.ShouldBe(2);
        return [new WeakReference(elector), new WeakReference(term)];
    }

    // Without the history and the logs that the arena keeps of its own candidates.
    private LeaseElector Candidate() => new(
        _arena.Store, Arena.Options("a"), loggerFactory: null, _arena.Clock, new SteadyRandom(),
        ElectionInstruments.Shared);

    private LeaseElector Started()
    {
        var elector = Candidate();
        _arena.Finish(elector.StartAsync());
        _arena.Clock.Settle();
        return elector;
    }
}
