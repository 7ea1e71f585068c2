namespace LeaderElection;

/// <summary>Whose turn it is to clean a store that electors of one process share. Safe to use from any
/// thread.</summary>
internal sealed class CleanupTurn
{
    // Guards the two below.
    private readonly Lock _gate = new();
    private Moment? _taken;
    private TimeSpan _tolerance;

    /// <summary>The longest of the electors that share the store: a deletion must not do what none of them
    /// may.</summary>
    public TimeSpan Tolerance
    {
        get
        {
            lock (_gate)
                return _tolerance;
        }
    }

    public void Tolerate(TimeSpan clockJump)
    {
        lock (_gate)
            _tolerance = clockJump > _tolerance ? clockJump : _tolerance;
    }

    /// <summary>False when somebody has taken it less than <paramref name="interval"/> ago.</summary>
    public bool TryTake(TimeProvider clock, TimeSpan interval)
    {
        lock (_gate)
        {
            if (_taken is { } taken && taken.Elapsed(clock) < interval)
                return false;
            _taken = Moment.Now(clock);
            return true;
        }
    }
}
