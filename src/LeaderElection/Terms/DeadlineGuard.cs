namespace LeaderElection;

/// <summary>
/// Ends a term when its trust window closes, on a timer of its own: whatever the loop or the store are stuck in.
/// </summary>
/// <remarks>
/// Looks at the clock at least once per safety margin, because after a suspension a timer set for the deadline would
/// come late by the time that the monotonic clock stood still.
/// </remarks>
internal sealed class DeadlineGuard : IDisposable
{
    private readonly Term _term;
    private readonly TimeSpan _longestNap;
    private readonly TimeProvider _clock;
    private readonly Action _onClosed;
    private readonly ITimer _timer;

    /// <param name="term">The term to watch.</param>
    /// <param name="longestNap">The longest time between two looks.</param>
    /// <param name="clock">The clock of the window.</param>
    /// <param name="onClosed">Called once the window has closed, and the term ended if it was not yet.</param>
    public DeadlineGuard(Term term, TimeSpan longestNap, TimeProvider clock, Action onClosed)
    {
        _term = term;
        _longestNap = longestNap;
        _clock = clock;
        _onClosed = onClosed;
        _timer = clock.CreateTimer(
            static state => ((DeadlineGuard)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Sleep();
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (_term.Window.IsOpen)
        {
            Sleep();
            return;
        }

        // The loop resumes on the thread that rings it, and what it does then (a log that blocks) must not hold up
        // those who are told, nor a callback of theirs the loop.
        _term.TryEnd(LeadershipChangeReason.Expired);
        OffLoop.Run(_clock, _onClosed);
    }

    private void Sleep()
    {
        // A millisecond more, because timers count whole ones and a look just before the deadline would be in vain.
        var remaining = _term.Window.Remaining + TimeSpan.FromMilliseconds(1);
        _timer.Change(remaining < _longestNap ? remaining : _longestNap, Timeout.InfiniteTimeSpan);
    }
}
