namespace LeaderElection.Tests;

public class SleeplessTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly SleeplessTime _time;

    public SleeplessTimeTests() => _time = new SleeplessTime(_clock);

    [Fact]
    public void Time_that_the_machine_slept_counts()
    {
        Pass(3);
        _clock.Suspend(60 * Second);
        Pass(2);

        _time.Now.ShouldBe(65 * Second);
        _time.Monotonic.ShouldBe(5 * Second);
    }

    [Fact]
    public void A_wall_clock_set_back_takes_nothing_away_and_hides_no_later_suspension()
    {
        _clock.SetWall(-3600 * Second);
        Pass(2);
        _time.Now.ShouldBe(2 * Second);

        _clock.Suspend(60 * Second);
        Pass(1);

        _time.Now.ShouldBe(63 * Second);
    }

    [Fact]
    public void Clocks_that_are_not_read_at_one_moment_make_no_time_pass()
    {
        for (var look = 0; look < 2000; look++)
        {
            _clock.SetWall((look % 2 == 0 ? 0.0009 : -0.0009) * Second);
            Pass(0.01);
        }

        _time.Now.ShouldBe(20 * Second);
    }

    [Fact]
    public void A_wall_clock_that_runs_ahead_little_by_little_is_followed()
    {
        for (var look = 0; look < 2000; look++)
        {
            _clock.SetWall(0.0009 * Second);
            Pass(0.01);
        }

        _time.Now.ShouldBeInRange(21.799 * Second, 21.8 * Second);
    }

    private void Pass(double seconds)
    {
        _clock.Advance(seconds * Second);
        _time.Look();
    }
}
