using System.Runtime.CompilerServices;

namespace LeaderElection.Tests;

public class TimetableTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly AsyncLocal<string?> Ambient = new();

    private readonly ManualClock _clock = new();
    private readonly Timetable _timetable;
    private readonly List<Entry> _called = [];

    public TimetableTests() => _timetable = Timetable.Of(_clock);

    [Fact]
    public void What_is_entered_falls_due_in_order_and_at_its_time()
    {
        var random = new Random(1);
        var entries = Enumerable.Range(0, 1000).Select(_ => Enter(random.Next(1, 500) * 0.01)).ToList();
        var dues = entries.ToDictionary(entry => entry, entry => entry.Due);
        _clock.ActiveTimers.ShouldBe(1);

        var left = entries.Where((_, index) => index % 3 == 0).ToList();
        left.ForEach(_timetable.Leave);
        _clock.Advance(10 * Second);

        _called.ShouldBe(entries.Except(left).OrderBy(entry => dues[entry]), ignoreOrder: true);
        _called.ShouldAllBe(entry => entry.CalledAt == dues[entry]);
        _called.Select(entry => dues[entry]).ShouldBeInOrder();
        _clock.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public void An_entry_is_in_it_once_and_at_the_time_entered_last()
    {
        var entry = Enter(1);
        _timetable.Enter(entry, 3 * Second);

        _clock.Advance(2.9 * Second);
        _called.ShouldBeEmpty();
        _clock.Advance(10 * Second);

        _called.ShouldBe([entry]);
        entry.CalledAt.ShouldBe(3 * Second);
    }

    [Fact]
    public void Nothing_falls_due_before_its_time_though_timers_count_whole_milliseconds()
    {
        var entry = Enter(0.0015);

        _clock.Advance(0.00149 * Second);
        _called.ShouldBeEmpty();
        _clock.Advance(0.0006 * Second);

        _called.ShouldBe([entry]);
    }

    [Fact]
    public void The_timer_is_not_armed_while_nothing_is_entered()
    {
        _clock.ActiveTimers.ShouldBe(0);
        var (one, other) = (Enter(1), Enter(2, nap: 0.5));

        _timetable.Leave(one);
        _clock.ActiveTimers.ShouldBe(1);
        _timetable.Leave(other);
        _timetable.Leave(other);

        _clock.ActiveTimers.ShouldBe(0);
        _clock.Advance(3 * Second);
        _called.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_further_off_than_timers_can_be_set_to_is_waited_for()
    {
        var entry = Enter(60 * 86_400);
        _timetable.Enter(new Entry(this, null), TimeSpan.MaxValue);

        _clock.Advance(TimeSpan.FromDays(59.9));
        _called.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromDays(0.1));

        _called.ShouldBe([entry]);
    }

    [Fact]
    public void After_a_suspension_all_whose_time_has_come_is_seen_to_in_one_look_within_the_shortest_nap()
    {
        var deadlines = Enumerable.Range(0, 100).Select(number => Enter(9 + (number * 0.1), nap: 1)).ToList();
        var patient = Enter(30, nap: 5);
        var sleeper = Enter(20);
        var later = Enter(3600, nap: 5);
        _clock.Advance(0.5 * Second);

        _clock.Suspend(TimeSpan.FromMinutes(10));
        _clock.Advance(0.9999 * Second);

        _called.ShouldBe([.. deadlines, patient, sleeper]);
        _called.Select(entry => entry.CalledAt).Distinct().ShouldHaveSingleItem();
        later.Place.ShouldBe(0, "its time has not come");
    }

    [Fact]
    public void Whoever_allows_but_short_naps_is_forgotten_when_it_is_gone()
    {
        var (patient, hasty) = (Enter(60, nap: 5), Enter(60, nap: 1));
        _timetable.Leave(hasty);
        _clock.Advance(6 * Second);

        _clock.Suspend(TimeSpan.FromMinutes(10));
        _clock.Advance(4.9 * Second);
        _called.ShouldBeEmpty();
        _clock.Advance(0.1 * Second);

        _called.ShouldBe([patient]);
    }

    [Fact]
    public void A_wall_clock_set_back_delays_nothing_and_hides_no_later_suspension()
    {
        var (first, second) = (Enter(3, nap: 1), Enter(60, nap: 1));

        _clock.SetWall(TimeSpan.FromDays(-1));
        _clock.Advance(3 * Second);
        _called.ShouldBe([first]);
        first.CalledAt.ShouldBe(3 * Second);
        _clock.Suspend(TimeSpan.FromMinutes(1));
        _clock.Advance(Second);

        _called.ShouldBe([first, second]);
    }

    [Fact]
    public void What_is_hurried_is_seen_to_at_the_next_look()
    {
        var (one, two, gone) = (Enter(60, nap: 1), Enter(50, nap: 1), Enter(40, nap: 1));
        _timetable.Hurry(one);
        _timetable.Hurry(gone);
        _timetable.Hurry(two);
        _timetable.Leave(gone);

        _clock.Advance(Second);
        _called.ShouldBe([one, two], ignoreOrder: true);
        _clock.Advance(100 * Second);

        _called.Count.ShouldBe(2);
    }

    [Fact]
    public void Deadlines_come_first_in_a_look_though_sleepers_have_waited_for_longer()
    {
        var sleeper = Enter(1);
        var deadline = Enter(2, nap: 10);

        _clock.Suspend(TimeSpan.FromMinutes(1));
        _clock.Advance(Second);

        _called.ShouldBe([deadline, sleeper]);
    }

    [Fact]
    public void What_throws_is_called_again_and_holds_up_nothing_else()
    {
        var failures = 0;
        var failing = Enter(1, nap: 1);
        failing.OnCall = () =>
        {
            if (++failures <= 3)
                throw new InvalidOperationException("No memory, say.");
        };
        var other = Enter(1);

        _clock.Advance(1.002 * Second);
        _called.ShouldBe([failing, other, failing, failing]);
        _clock.Advance(10 * Second);

        _called.Count.ShouldBe(5);
        _clock.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task What_blocks_holds_up_nothing_else()
    {
        var timetable = Timetable.Of(TimeProvider.System);
        using var unblock = new ManualResetEventSlim();
        var others = new CountdownEvent(3);
        var blocking = new Entry(null, Second) { OnCall = unblock.Wait };
        var listening = Enumerable.Range(0, 3).Select(number => new Entry(null, number > 0 ? Second : null)
        {
            OnCall = () => others.Signal(),
        }).ToList();

        timetable.Enter(blocking, TimeSpan.FromMilliseconds(20));
        listening.ForEach(entry => timetable.Enter(entry, TimeSpan.FromMilliseconds(20)));

        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.RegisterWaitForSingleObject(
            others.WaitHandle, (_, _) => all.TrySetResult(), null, Timeout.Infinite, executeOnlyOnce: true);
        await all.Task.WaitAsync(Arena.RealTimeLimit);
        unblock.Set();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_context_of_whoever_comes_first_does_not_live_on_in_it(bool isSuppressed)
    {
        var clock = new ManualClock();
        string? seen = "nothing";
        Ambient.Value = "a transaction";
        using (isSuppressed ? ExecutionContext.SuppressFlow() : default(IDisposable))
        {
            Timetable.Of(clock).Enter(
                new Entry(null, null) { OnCall = () => seen = Ambient.Value }, TimeSpan.FromSeconds(1));
        }

        clock.Advance(Second);

        seen.ShouldBeNull();
    }

    [Fact]
    public void It_is_collected_with_its_clock_when_nothing_is_entered()
    {
        var remains = UseOnce();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        remains.ShouldAllBe(remain => !remain.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> UseOnce()
    {
        var clock = new ManualClock();
        var (entry, gone) = (new Entry(null, null), new Entry(null, Second));
        Timetable.Of(clock).Enter(entry, Second);
        Timetable.Of(clock).Enter(gone, Second);
        Timetable.Of(clock).Leave(gone);
        clock.Advance(Second);
        return [new WeakReference(clock), new WeakReference(Timetable.Of(clock)), new WeakReference(entry)];
    }

    private Entry Enter(double seconds, double? nap = null)
    {
        var entry = new Entry(this, nap * Second);
        _timetable.Enter(entry, seconds * Second);
        return entry;
    }

    private sealed class Entry(TimetableTests? tests, TimeSpan? longestNap) : TimetableEntry
    {
        public override TimeSpan? LongestNap => longestNap;

        public TimeSpan CalledAt { get; private set; }

        public Action? OnCall { get; set; }

        public override void FallDue(TimeSpan now)
        {
            now.ShouldBeGreaterThanOrEqualTo(Due);
            CalledAt = tests?._clock.Elapsed ?? now;
            tests?._called.Add(this);
            OnCall?.Invoke();
        }
    }
}
