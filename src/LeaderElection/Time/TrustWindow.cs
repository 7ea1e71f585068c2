namespace LeaderElection;

/// <summary>
/// Until when an instance may believe that it leads: an end on the monotonic clock and the same end on the wall clock,
/// open while both lie ahead. The wall clock is asked because the Linux monotonic clock stands still while a machine
/// is suspended; the monotonic clock because the wall clock can be set back. A window that anyone has seen closed stays
/// closed, whatever the clocks show later, and is not replaced by a new one.
/// </summary>
/// <remarks>
/// The deadline is anchored before the request was sent, never at its answer, as in River's and client-go's electors.
/// Any thread may ask; one at a time may replace.
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

    // One of the three below; changes once. Who replaces a window and who sees it closed agree on it who was first.
    private const int Fresh = 0;
    private const int SeenClosed = 1;
    private const int Replaced = 2;
    private int _state;

    // Written before the window counts as replaced.
    private TrustWindow? _next;

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
            var state = Volatile.Read(ref _state);
            if (state != Fresh)
                return state == Replaced && _next!.IsOpen;
            return IsOpenByTheClocks() || (!TryClose() && _next!.IsOpen);
        }
    }

    /// <summary>Zero when closed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_monotonicEnd == long.MaxValue)
                return TimeSpan.MaxValue;
            var state = Volatile.Read(ref _state);
            if (state != Fresh)
                return state == Replaced ? _next!.Remaining : TimeSpan.Zero;

            var monotonic = _clock.GetElapsedTime(_clock.GetTimestamp(), _monotonicEnd);
            var wall = TimeSpan.FromTicks(_wallEnd - _clock.GetUtcNow().UtcTicks);
            var remaining = monotonic < wall ? monotonic : wall;
            if (remaining > TimeSpan.Zero)
                return remaining;
            return TryClose() ? TimeSpan.Zero : _next!.Remaining;
        }
    }

    /// <summary>How long ago it ended, on the clock that is further; negative before. Closes nothing.</summary>
    public TimeSpan PastEnd
    {
        get
        {
            if (Volatile.Read(ref _state) == Replaced)
                return _next!.PastEnd;
            if (_monotonicEnd == long.MaxValue)
                return TimeSpan.MinValue;
            var monotonic = _clock.GetElapsedTime(_monotonicEnd);
            var wall = TimeSpan.FromTicks(_clock.GetUtcNow().UtcTicks - _wallEnd);
            return monotonic > wall ? monotonic : wall;
        }
    }

    /// <summary>Whoever still holds on to this window asks the next one from now on. False when this one has closed:
    /// somebody may have been told.</summary>
    public bool TryReplaceBy(TrustWindow next)
    {
        if (!IsOpen)
            return false;
        _next = next;
        return Interlocked.CompareExchange(ref _state, Replaced, Fresh) == Fresh;
    }

    /// <summary>False when it was replaced before.</summary>
    private bool TryClose() => Interlocked.CompareExchange(ref _state, SeenClosed, Fresh) != Replaced;

    private bool IsOpenByTheClocks()
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
