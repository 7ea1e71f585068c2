namespace LeaderElection.Tests.Simulation;

/// <summary>
/// The clock of one instance: the time of its machine, and timers that fire, in order, while the machine runs.
/// </summary>
internal sealed class InstanceClock : TimeProvider
{
    // More looks at one moment are a loop that waits for nothing.
    private const int MostLooks = 1_000_000;

    private readonly Agenda _agenda;
    private readonly Machine _machine;
    private readonly bool _tiesInReverse;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly PriorityQueue<(SimulatedTimer Timer, long Arming), Due> _armed = new();
    private int _looksSinceTimePassed;
    private long _lookedAt;

    public InstanceClock(Agenda agenda, Machine machine, bool tiesInReverse)
    {
        _agenda = agenda;
        _machine = machine;
        _tiesInReverse = tiesInReverse;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int ActiveTimers { get; private set; }

    /// <summary>Whether somebody asked on a thread of the system's: what is simulated no longer depends on the seed
    /// alone.</summary>
    public bool WasLeft { get; private set; }

    /// <summary>Whether a loop went round and round without waiting.</summary>
    public bool WasStuck { get; private set; }

    /// <exception cref="InvalidOperationException">A loop goes round and round: it has to be ended.</exception>
    public override long GetTimestamp()
    {
        NoteThread();
        var now = _machine.Monotonic;
        _looksSinceTimePassed = now == _lookedAt ? _looksSinceTimePassed + 1 : 0;
        _lookedAt = now;
        if (_looksSinceTimePassed > MostLooks)
        {
            WasStuck = true;
            throw new InvalidOperationException("Time stands still.");
        }

        return now;
    }

    public void NoteThread() => WasLeft |= Environment.CurrentManagedThreadId != _thread;

    public override DateTimeOffset GetUtcNow() => _machine.Wall;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>In true time; null when no timer is armed.</summary>
    public Due? Next
    {
        get
        {
            while (_armed.TryPeek(out var head, out var due))
            {
                if (head.Timer.Arming == head.Arming)
                    return new Due(_machine.TrueTimeOf(due.At), _tiesInReverse ? -due.Sequence : due.Sequence);
                _armed.Dequeue();
            }

            return null;
        }
    }

    public void FireNext() => _armed.Dequeue().Timer.Fire();

    private sealed class SimulatedTimer(InstanceClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext _context = ExecutionContext.Capture() ?? TimerCustoms.Nobody;
        private long _period;
        private bool _isArmed;
        private bool _disposed;

        /// <summary>Entries of the queue that were made for another arming are void.</summary>
        public long Arming { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
                return false;
            Disarm();
            _period = period == Timeout.InfiniteTimeSpan ? 0 : TimerCustoms.WholeMilliseconds(period);
            if (dueTime != Timeout.InfiniteTimeSpan)
                Arm(TimerCustoms.WholeMilliseconds(dueTime));
            return true;
        }

        public void Fire()
        {
            Disarm();
            if (_period > 0)
                Arm(_period);
            ExecutionContext.Run(_context, static timer => ((SimulatedTimer)timer!).Call(), this);
        }

        public void Dispose()
        {
            Disarm();
            _disposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);

        private void Arm(long delay)
        {
            var sequence = clock._agenda.NextSequence();
            var due = new Due(clock._machine.Monotonic + delay, clock._tiesInReverse ? -sequence : sequence);
            clock._armed.Enqueue((this, ++Arming), due);
            clock.ActiveTimers++;
            _isArmed = true;
        }

        private void Disarm()
        {
            Arming++;
            if (_isArmed)
                clock.ActiveTimers--;
            _isArmed = false;
        }
    }
}
