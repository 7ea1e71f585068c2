namespace LeaderElection.Tests.Simulation;

/// <summary>The clocks of the simulation, because everything is judged by them.</summary>
public class MachineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Agenda _agenda = new();

    [Theory]
    [InlineData(0)]
    [InlineData(40_000)]
    [InlineData(-40_000)]
    public void A_clock_drifts_and_knows_when_it_will_show_a_time(long drift)
    {
        var machine = new Machine(_agenda, 0, drift);
        var began = machine.Monotonic;
        var due = machine.TrueTimeOf(began + Second.Ticks);

        _agenda.MoveTo(due - 2);
        (machine.Monotonic - began).ShouldBeLessThan(Second.Ticks);
        _agenda.MoveTo(due);
        (machine.Monotonic - began).ShouldBeInRange(Second.Ticks, Second.Ticks + 1);
        _agenda.MoveTo(Second.Ticks * 100);
        (machine.Monotonic - began).ShouldBe(Second.Ticks * 100 + (Second.Ticks * 100 * drift / 1_000_000));
    }

    /// <summary>The referee takes the time since then.</summary>
    [Fact]
    public void A_machine_that_never_stood_still_has_run_for_long()
    {
        var machine = new Machine(_agenda, 0, 0);

        (_agenda.Now - machine.RanAgainAt).ShouldBeGreaterThan(TimeSpan.TicksPerDay);
        (_agenda.Now - machine.ResumedAt).ShouldBeGreaterThan(TimeSpan.TicksPerDay);
    }

    [Fact]
    public void A_suspended_machine_stands_still_but_for_its_wall_clock()
    {
        var machine = new Machine(_agenda, 0, 0);
        var (monotonic, wall) = (machine.Monotonic, machine.Wall);

        machine.Freeze();
        machine.Suspend();
        _agenda.MoveTo(Second.Ticks * 60);
        machine.Resume();

        machine.Monotonic.ShouldBe(monotonic);
        machine.Wall.ShouldBe(wall + 60 * Second);
        machine.IsRunning.ShouldBeFalse();
        machine.ThawAfterSuspension();
        machine.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public void Timers_fire_in_order_at_their_time_and_not_after_disposal()
    {
        var fired = new List<int>();
        var clock = new InstanceClock(_agenda, new Machine(_agenda, 0, 0), tiesInReverse: false);
        using var later = clock.CreateTimer(_ => fired.Add(2), null, 2 * Second, Timeout.InfiniteTimeSpan);
        using var sooner = clock.CreateTimer(_ => fired.Add(1), null, Second, 5 * Second);
        clock.CreateTimer(_ => fired.Add(9), null, Second, Timeout.InfiniteTimeSpan).Dispose();

        while (clock.Next is { } due && due.At <= 7 * Second.Ticks)
        {
            _agenda.MoveTo(due.At);
            clock.FireNext();
        }

        fired.ShouldBe([1, 2, 1]);
        clock.ActiveTimers.ShouldBe(1);
    }

    [Fact]
    public void A_clock_notices_another_thread()
    {
        var clock = new InstanceClock(_agenda, new Machine(_agenda, 0, 0), tiesInReverse: false);
        clock.GetTimestamp();
        clock.WasLeft.ShouldBeFalse();

        var other = new Thread(() => clock.GetTimestamp());
        other.Start();
        other.Join();

        clock.WasLeft.ShouldBeTrue();
    }

    [Fact]
    public void A_clock_notices_a_loop_that_does_not_wait()
    {
        var clock = new InstanceClock(_agenda, new Machine(_agenda, 0, 0), tiesInReverse: false);

        Should.Throw<InvalidOperationException>(() =>
        {
            while (true)
                clock.GetTimestamp();
        });

        clock.WasStuck.ShouldBeTrue();
    }
}
