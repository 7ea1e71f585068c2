namespace LeaderElection.Tests;

public class ManualClockTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_order_of_time_and_then_of_creation()
    {
        After(20, "late");
        After(10, "early");
        After(10, "early, made later");

        _clock.Advance(TimeSpan.FromMilliseconds(20));

        _fired.ShouldBe(["early", "early, made later", "late"]);
    }

    [Fact]
    public void A_timer_sees_the_time_for_which_it_was_set()
    {
        var seen = TimeSpan.Zero;
        using var timer = _clock.CreateTimer(
            _ => seen = _clock.Elapsed, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(5));

        seen.ShouldBe(TimeSpan.FromSeconds(2));
        _clock.Elapsed.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_timer_due_at_once_fires_with_the_next_advance_of_nothing()
    {
        After(0, "now");
        _fired.ShouldBeEmpty();

        _clock.Settle();

        _fired.ShouldBe(["now"]);
    }

    [Fact]
    public void A_period_repeats_and_a_disposed_timer_does_not()
    {
        var timer = _clock.CreateTimer(
            _ => _fired.Add("tick"), null, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));
        _clock.Advance(TimeSpan.FromMilliseconds(25));
        _fired.Count.ShouldBe(3);

        timer.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));

        _fired.Count.ShouldBe(3);
        timer.Change(TimeSpan.Zero, TimeSpan.Zero).ShouldBeFalse();
        _clock.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public void Suspension_moves_the_wall_clock_alone()
    {
        var wall = _clock.GetUtcNow();
        After(1, "due");

        _clock.Suspend(TimeSpan.FromHours(1));

        _clock.Elapsed.ShouldBe(TimeSpan.Zero);
        (_clock.GetUtcNow() - wall).ShouldBe(TimeSpan.FromHours(1));
        _fired.ShouldBeEmpty();
    }

    [Fact]
    public void Time_moves_both_clocks_alike()
    {
        var wall = _clock.GetUtcNow();

        _clock.Advance(TimeSpan.FromMinutes(3));

        (_clock.GetUtcNow() - wall).ShouldBe(TimeSpan.FromMinutes(3));
        _clock.Elapsed.ShouldBe(TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void Nothing_is_posted_to_a_synchronization_context_while_time_passes()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext? during = new();
        using var timer = _clock.CreateTimer(
            _ => during = SynchronizationContext.Current, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        var own = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(own);
        try
        {
            _clock.Settle();
            during.ShouldBeNull();
            SynchronizationContext.Current.ShouldBeSameAs(own);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void After(int milliseconds, string name) =>
        _ = _clock.CreateTimer(
            _ => _fired.Add(name), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
}
