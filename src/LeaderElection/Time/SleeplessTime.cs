namespace LeaderElection;

/// <summary>
/// Time that goes on while the machine sleeps: that of the monotonic clock, and on top of it by how much the wall clock
/// was ever seen to run ahead of it. Not safe to use from several threads.
/// </summary>
/// <remarks>
/// Invariants: it never goes back and is never behind the monotonic clock, whatever the wall clock is set to; of what
/// the wall clock ran ahead since the last look it misses at most a grain.
/// </remarks>
internal sealed class SleeplessTime
{
    // Two clocks are not read at one moment. What is not counted now is not forgotten either.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _clock;
    private readonly Moment _origin;
    private TimeSpan _lead;
    private TimeSpan _missed;

    public SleeplessTime(TimeProvider clock)
    {
        _clock = clock;
        _origin = Moment.Now(clock);
    }

    /// <summary>Since this was made, as of the last look; of the monotonic clock alone.</summary>
    public TimeSpan Monotonic { get; private set; }

    /// <inheritdoc cref="Monotonic"/>
    public TimeSpan Now => Monotonic + _missed;

    /// <summary>Looks at both clocks.</summary>
    public void Look()
    {
        var (monotonic, wall) = Moment.Now(_clock);
        var passed = _clock.GetElapsedTime(_origin.Monotonic, monotonic);
        var lead = TimeSpan.FromTicks(wall - _origin.Wall) - passed;
        Monotonic = passed;
        if (lead - _lead > Grain)
        {
            _missed += lead - _lead;
            _lead = lead;
        }
        else if (lead < _lead)
        {
            _lead = lead;
        }
    }
}
