namespace LeaderElection;

/// <summary>
/// Until when an instance may believe that it leads: an end on the monotonic clock and the same end on the wall clock,
/// open while both lie ahead. The wall clock is asked because the Linux monotonic clock stands still while a machine
/// is suspended; the monotonic clock because the wall clock can be set back.
/// </summary>
/// <remarks>
/// The deadline is anchored before the request was sent, never at its answer, as in River's and client-go's electors.
/// Instances are immutable but for the memory of the last look at the wall clock; any thread may ask.
/// </remarks>
internal sealed class TrustWindow
{
    // Reading two clocks takes twice as long as reading one. A machine cannot be suspended and resumed within this
    // much monotonic time (freezing and thawing its tasks alone takes longer), so a look this fresh still holds.
    private const long WallLookHoldsForMicroseconds = 50;

    private readonly TimeProvider _clock;
    private readonly long _monotonicEnd;
    private readonly long _wallEnd;
    private readonly long _wallLookHoldsFor;

    // When the wall clock was last seen inside the window. Racing writers are harmless: each value is a true look.
    private long _lastWallLook;

    private TrustWindow(TimeProvider clock, long monotonicEnd, long wallEnd)
    {
        _clock = clock;
        _monotonicEnd = monotonicEnd;
        _wallEnd = wallEnd;
        _wallLookHoldsFor = clock.TimestampFrequency / (1_000_000 / WallLookHoldsForMicroseconds);
        _lastWallLook = long.MaxValue;
    }

    public static TrustWindow Open(TimeProvider clock, Moment anchor, TimeSpan length) => new(
        clock,
        anchor.Monotonic + (long)(length.TotalSeconds * clock.TimestampFrequency),
        anchor.Wall + length.Ticks);

    /// <summary>A window that no clock closes.</summary>
    public static TrustWindow Endless(TimeProvider clock) => new(clock, long.MaxValue, long.MaxValue);

    public bool IsOpen
    {
        get
        {
            var now = _clock.GetTimestamp();
            if (now >= _monotonicEnd)
                return false;

            // Strictly later: a monotonic clock that stands still is just what the wall clock is asked for.
            var sinceLook = now - Volatile.Read(ref _lastWallLook);
            if (sinceLook > 0 && sinceLook < _wallLookHoldsFor)
                return true;

            if (_clock.GetUtcNow().UtcTicks >= _wallEnd)
                return false;

            Volatile.Write(ref _lastWallLook, now);
            return true;
        }
    }

    /// <summary>Zero when closed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_monotonicEnd == long.MaxValue)
                return TimeSpan.MaxValue;

            var monotonic = _clock.GetElapsedTime(_clock.GetTimestamp(), _monotonicEnd);
            var wall = TimeSpan.FromTicks(_wallEnd - _clock.GetUtcNow().UtcTicks);
            var remaining = monotonic < wall ? monotonic : wall;
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }
}
