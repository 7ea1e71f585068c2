namespace LeaderElection.Kit;

/// <summary>A store's clock: runs with another clock, and jumps when a test says so. No timers.</summary>
public sealed class JumpingClock(ManualClock clock) : TimeProvider
{
    private TimeSpan _ahead;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public void Jump(TimeSpan by) => _ahead += by;

    public override long GetTimestamp() => clock.GetTimestamp() + _ahead.Ticks;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + _ahead;
}
