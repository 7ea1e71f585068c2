namespace LeaderElection;

/// <summary>
/// Until when an instance may believe that it leads:
/// <code>trusted until = sent + LeaseDuration − SafetyMargin</code>
/// where <c>sent</c> is the moment before the attempt was sent that the lease was granted to. Open while that end lies
/// ahead on the monotonic clock and on the wall clock: the wall clock is asked because the Linux monotonic clock stands
/// still while a machine is suspended, the monotonic clock because the wall clock can be set back.
/// </summary>
/// <remarks>
/// <para>
/// Invariant: a window that anyone has seen closed stays closed, whatever the clocks show later and whatever is
/// granted.
/// </para>
/// <para>
/// The end is anchored before the request was sent, never at its answer, as in River's and client-go's electors: an
/// answer that took its time stretches nothing. Any thread may ask; one at a time may extend. Takes no lock; asking
/// allocates nothing.
/// </para>
/// </remarks>
internal sealed class TrustWindow
{
    // Reading two clocks takes twice as long as reading one. A machine cannot be suspended and resumed within this
    // much monotonic time (freezing and thawing its tasks alone takes longer), so a look this fresh still holds.
    private const long WallLookHoldsForMicroseconds = 50;

    private readonly TimeProvider _clock;
    private readonly TimeSpan _length;
    private readonly long _wallLookHoldsFor;

    // Changed by compare-and-swap alone: who moves the end and who sees it passed agree on who was first.
    private End _end;
    private IClosingWatcher? _watcher;

    /// <param name="clock">This machine's clocks.</param>
    /// <param name="sent">Before the attempt was sent that won the lease.</param>
    /// <param name="leaseDuration">How long nobody else is granted the lease, from the moment it is granted.</param>
    /// <param name="safetyMargin">What the rates of clocks may differ by in that time, and the time work has to
    /// stop.</param>
    public TrustWindow(TimeProvider clock, Moment sent, TimeSpan leaseDuration, TimeSpan safetyMargin)
        : this(clock)
    {
        _length = leaseDuration - safetyMargin;
        _end = EndFor(sent);
    }

    private TrustWindow(TimeProvider clock)
    {
        _clock = clock;
        _wallLookHoldsFor = clock.TimestampFrequency / (1_000_000 / WallLookHoldsForMicroseconds);
        _end = End.Never;
    }

    /// <summary>A window that no clock closes. Not to be extended.</summary>
    public static TrustWindow Endless(TimeProvider clock) => new(clock);

    public bool IsOpen => OpenEnd() is not null;

    /// <summary>Zero when closed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            while (OpenEnd() is { } end)
            {
                var left = -PastEndOf(end);
                if (left > TimeSpan.Zero)
                    return left;
                TryClose(end);
            }

            return TimeSpan.Zero;
        }
    }

    /// <summary>How long ago it ended, on the clock that is further; negative before. Closes nothing.</summary>
    public TimeSpan PastEnd => PastEndOf(Volatile.Read(ref _end));

    /// <summary>Has somebody told of the closing by whoever sees it, unless it was seen before.</summary>
    public void TellOfClosing(IClosingWatcher watcher)
    {
        // A full fence: who now finds the window open is told, and who does not need not be.
        Interlocked.Exchange(ref _watcher, watcher);
    }

    /// <summary>The lease was granted once more.</summary>
    /// <param name="sent">Before the attempt was sent that it was granted to.</param>
    /// <returns>False when the window has closed: somebody may have been told that the term is over.</returns>
    public bool TryExtend(Moment sent) =>
        OpenEnd() is { } end && Interlocked.CompareExchange(ref _end, EndFor(sent), end) == end;

    private End EndFor(Moment sent) => new(
        sent.Monotonic + (long)(_length.TotalSeconds * _clock.TimestampFrequency),
        sent.Wall + _length.Ticks);

    /// <summary>Null when the window is closed, from now on for everybody.</summary>
    private End? OpenEnd()
    {
        while (true)
        {
            var end = Volatile.Read(ref _end);
            if (end.SeenPassed is null)
                return null;
            if (IsAhead(end))
                return end;
            TryClose(end);
        }
    }

    /// <summary>Does nothing when the end has moved meanwhile.</summary>
    private void TryClose(End end)
    {
        if (Interlocked.CompareExchange(ref _end, end.SeenPassed ?? end, end) == end)
            Volatile.Read(ref _watcher)?.OnSeenClosed();
    }

    private bool IsAhead(End end)
    {
        var now = _clock.GetTimestamp();
        if (now >= end.Monotonic)
            return false;

        // Strictly later: a monotonic clock that stands still is just what the wall clock is asked for.
        var sinceLook = now - Volatile.Read(ref end.LastWallLook);
        if (sinceLook > 0 && sinceLook < _wallLookHoldsFor)
            return true;

        if (_clock.GetUtcNow().UtcTicks >= end.Wall)
            return false;

        Volatile.Write(ref end.LastWallLook, now);
        return true;
    }

    private TimeSpan PastEndOf(End end)
    {
        if (end.Monotonic == long.MaxValue)
            return TimeSpan.MinValue + TimeSpan.FromTicks(1);
        var monotonic = _clock.GetElapsedTime(end.Monotonic);
        var wall = TimeSpan.FromTicks(_clock.GetUtcNow().UtcTicks - end.Wall);
        return monotonic > wall ? monotonic : wall;
    }

    /// <summary>The end on both clocks. It never moves: the window gets another one.</summary>
    private sealed class End(long monotonic, long wall, bool isSeenPassed = false)
    {
        public readonly long Monotonic = monotonic;
        public readonly long Wall = wall;

        /// <summary>What this end becomes when somebody has seen it passed, made ahead because asking allocates
        /// nothing; null when this is that.</summary>
        public readonly End? SeenPassed = isSeenPassed ? null : new End(monotonic, wall, isSeenPassed: true);

        /// <summary>When the wall clock was last seen before this end. Racing writers are harmless: each value is a
        /// true look.</summary>
        public long LastWallLook = long.MaxValue;

        public static End Never { get; } = new(long.MaxValue, long.MaxValue);
    }
}
