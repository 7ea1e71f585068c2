namespace LeaderElection;

/// <summary>
/// Runs code that is not ours (callbacks, continuations of users' awaits) soon, on another thread than the loop's. A
/// timer that is due at once does that on the thread pool, and in order under simulated time.
/// </summary>
internal static class OffLoop
{
    public static void Run(TimeProvider clock, Action action)
    {
        var errand = new Errand(action);
        errand.Start(clock);
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
