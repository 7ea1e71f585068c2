namespace LeaderElection;

/// <summary>
/// Runs code that is not ours (callbacks, continuations of users' awaits) soon, on another thread than the loop's: on
/// the thread pool, or, under a clock that is not the system's, as a timer that is due at once, in order with the
/// others.
/// </summary>
internal static class OffLoop
{
    public static void Run(TimeProvider clock, Action action)
    {
        // A timer of the system would do the same, a thread later.
        if (clock == TimeProvider.System)
            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), action, preferLocal: false);
        else
            new Errand(action).Start(clock);
    }

    // The timer refers to the errand and the errand to the timer, so neither is collected before it fired.
    private sealed class Errand(Action action)
    {
        private ITimer? _timer;

        public void Start(TimeProvider clock)
        {
            _timer = clock.CreateTimer(
                static state => ((Errand)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        private void Fire()
        {
            _timer!.Dispose();
            action();
        }
    }
}
