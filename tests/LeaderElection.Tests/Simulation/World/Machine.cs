namespace LeaderElection.Tests.Simulation;

/// <summary>
/// A computer with clocks of its own: they run a little fast or slow, the wall clock is set now and then, and while the
/// machine is suspended the monotonic clock stands still and the wall clock goes on, as on Linux.
/// </summary>
/// <param name="agenda">The true time.</param>
/// <param name="number">Which machine.</param>
/// <param name="drift">By how many millionths its clocks are fast.</param>
internal sealed class Machine(Agenda agenda, int number, long drift)
{
    private const long Million = 1_000_000;
    private static readonly long SomeDay = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    // The monotonic clock showed _shown at _since, and goes on from there unless it stands still.
    private long _since;
    private long _shown = TimeSpan.TicksPerHour * (number + 1);
    private long _wallAhead;
    private bool _standsStill;

    public int Number => number;

    /// <summary>Whether its programs run; its clocks may go on without.</summary>
    public bool IsRunning { get; private set; } = true;

    public bool IsSuspended { get; private set; }

    /// <summary>When its programs last began to run again.</summary>
    public long RanAgainAt { get; private set; } = long.MinValue / 2;

    /// <summary>When they last did after a suspension, of which no timer tells.</summary>
    public long ResumedAt { get; private set; } = long.MinValue / 2;

    /// <summary>When somebody last set its wall clock.</summary>
    public long WallSetAt { get; private set; } = long.MinValue / 2;

    public long Monotonic => _standsStill ? _shown : _shown + Scaled(agenda.Now - _since);

    public DateTimeOffset Wall => new(SomeDay + Monotonic + _wallAhead, TimeSpan.Zero);

    /// <summary>When the monotonic clock will show that; now if it has.</summary>
    public long TrueTimeOf(long monotonic)
    {
        var left = monotonic - _shown;
        var needed = ((left * Million) + Million + drift - 1) / (Million + drift);
        return Math.Max(agenda.Now, _since + needed);
    }

    /// <summary>As SIGSTOP does: the clocks go on.</summary>
    public void Freeze() => IsRunning = false;

    public void Thaw()
    {
        IsRunning = true;
        RanAgainAt = agenda.Now;
    }

    public void Suspend()
    {
        _shown = Monotonic;
        _since = agenda.Now;
        _standsStill = true;
        IsSuspended = true;
    }

    public void Resume()
    {
        _wallAhead += agenda.Now - _since;
        _since = agenda.Now;
        _standsStill = false;
    }

    /// <summary>The programs run again a little after the clock does: resuming takes time.</summary>
    public void ThawAfterSuspension()
    {
        Thaw();
        IsSuspended = false;
        ResumedAt = agenda.Now;
    }

    public void SetWall(TimeSpan by)
    {
        _wallAhead += by.Ticks;
        WallSetAt = agenda.Now;
    }

    private long Scaled(long time) => time + (time * drift / Million);
}
