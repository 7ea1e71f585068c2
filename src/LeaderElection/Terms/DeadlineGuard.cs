namespace LeaderElection;

/// <summary>
/// Ends a term when its trust window closes, on the timer of its clock: whatever the loop or the store are stuck in.
/// </summary>
/// <remarks>
/// <para>
/// Invariant: a term whose window has closed is ended at most the shortest nap that any guard on this clock allows (of
/// running time) and a timer's grain later, after a suspension as well, and even if the clock that closed it was set
/// back since.
/// </para>
/// <para>
/// Looks when the window would close, again at its new end if it was renewed meanwhile, and when somebody else has seen
/// it closed: what a wall clock showed in between two looks is known to that one alone.
/// </para>
/// </remarks>
internal sealed class DeadlineGuard : TimetableEntry, IClosingWatcher, IDisposable
{
    private readonly Term _term;
    private readonly TimeSpan _longestNap;
    private readonly TimeProvider _clock;
    private readonly Timetable _timetable;
    private readonly Action _onClosed;
    private volatile bool _isDisposed;

    /// <param name="term">The term to watch.</param>
    /// <param name="longestNap">The longest time between two looks at the clocks.</param>
    /// <param name="clock">The clock of the window.</param>
    /// <param name="onClosed">Called once the window has closed, and the term ended if it was not yet.</param>
    public DeadlineGuard(Term term, TimeSpan longestNap, TimeProvider clock, Action onClosed)
    {
        _term = term;
        _longestNap = longestNap;
        _clock = clock;
        _timetable = Timetable.Of(clock);
        _onClosed = onClosed;
        term.Window.TellOfClosing(this);
        Watch();
    }

    public override TimeSpan? LongestNap => _longestNap;

    public override void FallDue(TimeSpan now)
    {
        if (_isDisposed)
            return;
        if (_term.Window.IsOpen)
        {
            Watch();
            return;
        }

        // The loop resumes on the thread that rings it, and what it does then (a log that blocks) must not hold up
        // those who are told, nor a callback of theirs the loop.
        _term.TryEnd(LeadershipChangeReason.Expired);
        OffLoop.Run(_clock, _onClosed);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _timetable.Leave(this);
    }

    void IClosingWatcher.OnSeenClosed()
    {
        if (!_isDisposed)
            _timetable.Hurry(this);
    }

    private void Watch()
    {
        _timetable.Enter(this, _term.Window.Remaining);

        // Whoever disposed of it in between has not found it.
        if (_isDisposed)
            _timetable.Leave(this);
    }
}
