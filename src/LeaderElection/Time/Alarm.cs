using System.Threading.Tasks.Sources;

namespace LeaderElection;

/// <summary>
/// The one way a loop waits: asleep until a time has passed or somebody rings. A ring while nobody sleeps ends the next
/// sleep at once; rings coalesce. One sleeper, any number of ringers.
/// </summary>
/// <remarks>The sleeper resumes on the ringer's thread, so never ring with a lock held.</remarks>
internal sealed class Alarm(TimeProvider clock) : TimetableEntry, IValueTaskSource
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly Timetable _timetable = Timetable.Of(clock);

    // Guards the rest. Taken before that of the timetable.
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _sleep;
    private bool _isAsleep;
    private bool _rung;

    /// <summary>To be awaited before the next sleep, once.</summary>
    public ValueTask SleepAsync(TimeSpan duration)
    {
        lock (_gate)
        {
            if (_rung || duration <= TimeSpan.Zero)
            {
                _rung = false;
                return ValueTask.CompletedTask;
            }

            _sleep.Reset();
            _timetable.Enter(this, duration < Shortest ? Shortest : duration);
            _isAsleep = true;
            return new ValueTask(this, _sleep.Version);
        }
    }

    public void Ring()
    {
        lock (_gate)
        {
            _rung = true;
            if (!_isAsleep)
                return;
            _isAsleep = false;
            _timetable.Leave(this);
        }

        _sleep.SetResult(true);
    }

    /// <summary>Wakes the sleeper by a timer of its own: what it does then must hold up neither the timetable nor
    /// another sleeper.</summary>
    public override void FallDue(TimeSpan now) => OffLoop.Run(clock, () => Wake(now));

    private void Wake(TimeSpan now)
    {
        lock (_gate)
        {
            // It may have been rung since, and may be asleep again.
            if (!_isAsleep || Due > now)
                return;
            _isAsleep = false;
        }

        _sleep.SetResult(true);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _sleep.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _sleep.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        // Whoever rang while it woke was heard.
        lock (_gate)
            _rung = false;
        _sleep.GetResult(token);
    }
}
