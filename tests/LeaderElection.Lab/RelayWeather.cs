namespace LeaderElection.Lab;

/// <summary>What a relay does to bytes now; set by the test, asked by every connection.</summary>
internal sealed class RelayWeather
{
    private volatile RelayDirections _swallowed;
    private long _delayTicks;
    private volatile TaskCompletionSource _changed = NewSignal();

    public RelayDirections Swallowed
    {
        get => _swallowed;
        set => _swallowed = value;
    }

    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    public void Notify()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    public async Task WaitUntilOpenAsync(RelayDirections direction, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before the look, so that no change in between is missed.
            var changed = _changed.Task;
            if ((_swallowed & direction) == 0)
                return;
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
