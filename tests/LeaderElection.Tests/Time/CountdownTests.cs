namespace LeaderElection.Tests;

public class CountdownTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void What_is_left_shrinks_to_zero_and_no_further()
    {
        var countdown = Countdown.Of(_clock, TimeSpan.FromSeconds(3));

        _clock.Advance(TimeSpan.FromSeconds(1));
        countdown.Left.ShouldBe(TimeSpan.FromSeconds(2));
        countdown.Elapsed.ShouldBe(TimeSpan.FromSeconds(1));
        countdown.IsOver.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(5));

        countdown.Left.ShouldBe(TimeSpan.Zero);
        countdown.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Time_that_the_machine_slept_counts_and_a_wall_clock_set_back_does_not()
    {
        var countdown = Countdown.Of(_clock, TimeSpan.FromMinutes(10));

        _clock.Suspend(TimeSpan.FromMinutes(4));
        countdown.Left.ShouldBe(TimeSpan.FromMinutes(6));
        _clock.SetWall(TimeSpan.FromHours(-1));
        _clock.Advance(TimeSpan.FromMinutes(1));

        countdown.Left.ShouldBe(TimeSpan.FromMinutes(9));
    }

    [Fact]
    public void It_counts_from_the_moment_it_is_given()
    {
        var sent = Moment.Now(_clock);
        _clock.Advance(TimeSpan.FromSeconds(2));

        new Countdown(_clock, sent, TimeSpan.FromSeconds(3)).Left.ShouldBe(TimeSpan.FromSeconds(1));
    }
}
