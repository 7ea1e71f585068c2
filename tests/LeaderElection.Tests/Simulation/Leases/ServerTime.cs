namespace LeaderElection.Tests.Simulation;

/// <summary>The clock of the store: that of its machine, and it jumps. No timers.</summary>
internal sealed class ServerTime(Machine machine) : TimeProvider
{
    private long _ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Jump(TimeSpan by) => _ahead += by.Ticks;

    public override long GetTimestamp() => machine.Monotonic + _ahead;

    public override DateTimeOffset GetUtcNow() => machine.Wall + TimeSpan.FromTicks(_ahead);
}
