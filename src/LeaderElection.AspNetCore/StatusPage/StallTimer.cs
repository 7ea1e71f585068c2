namespace LeaderElection.AspNetCore;

/// <summary>
/// Calls when it stays armed for too long. A call never begins after <see cref="Disarm"/> or <see cref="Dispose"/> has
/// returned, and one that has begun is waited for: by then the server may use what is to be cut for another request.
/// </summary>
internal sealed class StallTimer : IDisposable
{
    // Protects the flag, and is held while calling.
    private readonly Lock _gate = new();
    private readonly TimeSpan _timeout;
    private readonly Action _onTimeout;
    private readonly ITimer _timer;
    private bool _isArmed;

    public StallTimer(TimeProvider clock, TimeSpan timeout, Action onTimeout)
    {
        _timeout = timeout;
        _onTimeout = onTimeout;
        _timer = clock.CreateTimer(_ => Call(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Arm()
    {
        lock (_gate)
            _isArmed = true;
        _timer.Change(_timeout, Timeout.InfiniteTimeSpan);
    }

    public void Disarm()
    {
        lock (_gate)
            _isArmed = false;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        lock (_gate)
            _isArmed = false;
        _timer.Dispose();
    }

    // The timer may have fired before it was stopped.
    private void Call()
    {
        lock (_gate)
        {
            if (!_isArmed)
                return;
            _isArmed = false;
            _onTimeout();
        }
    }
}
