namespace LeaderElection.Tests;

public class AlarmTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly Alarm _alarm;

    public AlarmTests() => _alarm = new Alarm(_clock);

    [Fact]
    public void A_sleep_lasts_for_its_time()
    {
        var sleep = Sleep(3 * Second);

        _clock.Advance(2.999 * Second);
        sleep.IsCompleted.ShouldBeFalse();
        _clock.Advance(0.001 * Second);

        sleep.IsCompletedSuccessfully.ShouldBeTrue();
        _clock.ActiveTimers.ShouldBe(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_time_is_not_slept(double seconds) => Sleep(seconds * Second).IsCompleted.ShouldBeTrue();

    [Fact]
    public void The_shortest_sleep_is_a_millisecond()
    {
        var sleep = Sleep(TimeSpan.FromTicks(1));

        _clock.Advance(TimeSpan.FromTicks(9_999));
        sleep.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));

        sleep.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void A_ring_wakes_the_sleeper_on_the_spot_and_leaves_no_timer()
    {
        var sleep = Sleep(3 * Second);

        _alarm.Ring();

        sleep.IsCompleted.ShouldBeTrue();
        _clock.ActiveTimers.ShouldBe(0);
        Sleep(Second).IsCompleted.ShouldBeFalse("it was heard");
    }

    [Fact]
    public void Rings_while_nobody_sleeps_end_the_next_sleep_at_once_and_only_that()
    {
        _alarm.Ring();
        _alarm.Ring();

        Sleep(Second).IsCompleted.ShouldBeTrue();
        Sleep(Second).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void A_wake_that_is_overtaken_by_a_ring_does_not_end_the_next_sleep()
    {
        var first = Sleep(Second);
        _clock.Advance(0.5 * Second);
        var then = _alarm.Due;
        _alarm.FallDue(then);

        _alarm.Ring();
        first.IsCompleted.ShouldBeTrue();
        var second = Sleep(3 * Second);
        _clock.Settle();
        second.IsCompleted.ShouldBeFalse();
        _clock.Advance(3 * Second);

        second.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void After_a_suspension_a_sleeper_wakes_as_soon_as_the_timer_fires()
    {
        var sleep = Sleep(60 * Second);
        var other = new Alarm(_clock).SleepAsync(Second);

        _clock.Suspend(TimeSpan.FromMinutes(1));
        _clock.Advance(Second);

        sleep.IsCompleted.ShouldBeTrue();
        other.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_sleeper_that_blocks_when_it_wakes_holds_up_no_other()
    {
        using var unblock = new ManualResetEventSlim();
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task BlockAsync()
        {
            await new Alarm(TimeProvider.System).SleepAsync(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false);
            blocks.TrySetResult();
            unblock.Wait();
        }

        var blocking = BlockAsync();
        await blocks.Task.WaitAsync(Arena.RealTimeLimit);

        var sleeps = Enumerable.Range(0, 20)
            .Select(_ => new Alarm(TimeProvider.System).SleepAsync(TimeSpan.FromMilliseconds(10)).AsTask());
        await Task.WhenAll(sleeps).WaitAsync(Arena.RealTimeLimit);

        blocking.IsCompleted.ShouldBeFalse();
        unblock.Set();
        await blocking;
    }

    [Fact]
    public async Task Sleepers_and_ringers_on_many_threads_lose_nothing()
    {
        var alarms = Enumerable.Range(0, 20).Select(_ => new Alarm(TimeProvider.System)).ToList();
        var isOver = false;
        async Task SleepOnAsync(Alarm alarm)
        {
            for (var sleep = 0; sleep < 500; sleep++)
                await alarm.SleepAsync(TimeSpan.FromMilliseconds(1 + (sleep % 3))).ConfigureAwait(false);
        }

        var ringing = Task.Run(() =>
        {
            for (var number = 0; !Volatile.Read(ref isOver); number++)
                alarms[number % alarms.Count].Ring();
        });
        var sleeping = Task.WhenAll(alarms.Select(alarm => Task.Run(() => SleepOnAsync(alarm))));

        await sleeping.WaitAsync(Arena.RealTimeLimit);
        Volatile.Write(ref isOver, true);
        await ringing;
        alarms.ShouldAllBe(alarm => alarm.Place < 0);
    }

    private Task Sleep(TimeSpan time) => _alarm.SleepAsync(time).AsTask();
}
