namespace LeaderElection;

/// <summary>
/// The one way a loop waits: asleep until a time has passed or somebody rings. A ring while nobody sleeps ends the next
/// sleep at once; rings coalesce. One sleeper, any number of ringers.
/// </summary>
/// <remarks>The sleeper resumes on the ringer's thread, so never ring with a lock held.</remarks>
internal sealed class Alarm(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    // Guards the two below.
    private readonly Lock _gate = new();
    private PeriodicTimer? _sleeper;
    private bool _rung;

    public async Task SleepAsync(TimeSpan duration)
    {
        PeriodicTimer timer;
        lock (_gate)
        {
            if (_rung || duration <= TimeSpan.Zero)
            {
                _rung = false;
                return;
            }

            timer = new PeriodicTimer(duration < Shortest ? Shortest : duration, clock);
            _sleeper = timer;
        }

        await timer.WaitForNextTickAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _sleeper = null;
            _rung = false;
        }

        timer.Dispose();
    }

    public void Ring()
    {
        PeriodicTimer? sleeper;
        lock (_gate)
        {
            _rung = true;
            sleeper = _sleeper;
        }

        // Disposal is how a PeriodicTimer is woken without an exception.
        sleeper?.Dispose();
    }
}
