namespace LeaderElection.Kit;

/// <summary>
/// Time that passes when a test says so. Timers fire in (time, sequence) order on the thread that advances, so whatever
/// does not leave the thread runs to its next wait before <see cref="Advance"/> returns.
/// </summary>
public sealed class ManualClock : TimeProvider
{
    // Guards everything below; callbacks run outside of it.
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private long _monotonic = TimeSpan.TicksPerDay;
    private long _wall = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;
    private long _lastSequence;

    /// <summary>Timers due at one moment fire in the reverse order: nothing promises the other one.</summary>
    public bool FiresTiesInReverse { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Monotonic time since the clock was made.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(GetTimestamp() - TimeSpan.TicksPerDay);

    public int ActiveTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _monotonic;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return new DateTimeOffset(_wall, TimeSpan.Zero);
    }

    /// <summary>Both clocks go on; what becomes due on the way runs. Zero runs what is due at once.</summary>
    public void Advance(TimeSpan time)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var end = GetTimestamp() + time.Ticks;
            while (TakeNextDue(end) is { } timer)
                timer.Fire();
            lock (_gate)
                MoveTo(end);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Runs what is due at once.</summary>
    public void Settle() => Advance(TimeSpan.Zero);

    /// <summary>The machine sleeps: the wall clock goes on, the monotonic clock and the timers stand still.</summary>
    public void Suspend(TimeSpan time) => SetWall(time);

    /// <summary>Somebody sets the wall clock, forward or back.</summary>
    public void SetWall(TimeSpan by)
    {
        lock (_gate)
            _wall += by.Ticks;
    }

    /// <summary>Completes on the advancing thread once the time has passed.</summary>
    public async Task After(TimeSpan time)
    {
        var passed = new TaskCompletionSource();
        await using var timer = CreateTimer(_ => passed.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await passed.Task.ConfigureAwait(false);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeNextDue(long end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= end)
                .OrderBy(timer => timer.Due)
                .ThenBy(timer => FiresTiesInReverse ? -timer.Sequence : timer.Sequence)
                .FirstOrDefault();
            if (next is null)
                return null;

            MoveTo(next.Due);
            if (next.Period > 0)
                Schedule(next, next.Period);
            else
                _timers.Remove(next);
            return next;
        }
    }

    private void MoveTo(long monotonic)
    {
        if (monotonic <= _monotonic)
            return;
        _wall += monotonic - _monotonic;
        _monotonic = monotonic;
    }

    private void Schedule(ManualTimer timer, long delay)
    {
        timer.Due = _monotonic + delay;
        timer.Sequence = ++_lastSequence;
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext _context = ExecutionContext.Capture() ?? TimerCustoms.Nobody;
        private bool _disposed;

        public long Due { get; set; }

        public long Period { get; private set; }

        public long Sequence { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                if (_disposed)
                    return false;

                clock._timers.Remove(this);
                Period = period == Timeout.InfiniteTimeSpan ? 0 : TimerCustoms.WholeMilliseconds(period);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                clock.Schedule(this, TimerCustoms.WholeMilliseconds(dueTime));
                clock._timers.Add(this);
                return true;
            }
        }

        public void Fire() => ExecutionContext.Run(_context, _ => callback(state), null);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
