namespace LeaderElection.Tests.Simulation;

/// <summary>What one world is like, all drawn from its seed.</summary>
internal sealed record Conditions
{
    public const string Election = "orders";

    // Of both clocks together a lease can differ by twice as much, less than the safety margin of a tenth. Half of that
    // margin is used up where jumps of the store's clock are tolerated: a follower cannot see smaller ones.
    private static readonly long[] Drifts = [0, 100, 10_000, 40_000];
    private static readonly long[] DriftsBesideJumps = [0, 100, 1_000, 10_000];
    private static readonly double[] Leases = [2, 10, 10, 10, 10, 10, 10, 30];

    public required int Machines { get; init; }

    public required TimeSpan LeaseDuration { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    public required TimeSpan CleanupInterval { get; init; }

    public required TimeSpan ReleaseCooldown { get; init; }

    /// <summary>Zero in worlds where the store's clock does not jump.</summary>
    public required TimeSpan ClockJumpTolerance { get; init; }

    /// <summary>In millionths, fast or slow.</summary>
    public required long LargestDrift { get; init; }

    /// <summary>Whether all instances were given one name.</summary>
    public required bool SharesInstanceId { get; init; }

    /// <summary>Timers due at one moment fire in the reverse order: nothing promises the other one.</summary>
    public required bool TiesInReverse { get; init; }

    /// <summary>Whether hardly anybody asks who leads: windows close then that nobody has seen closed.</summary>
    public required bool IsSeldomAsked { get; init; }

    public required TimeSpan MeanPeace { get; init; }

    /// <summary>How likely a message is lost, late or answered by an error, where nothing else is wrong.</summary>
    public required double Clumsiness { get; init; }

    /// <summary>
    /// Whether the wall clocks are set now and then. Not where machines are suspended: that a clock is set back by as
    /// much as the machine slept is the one thing that no clock shows.
    /// </summary>
    public required bool SetsWallClocks { get; init; }

    public TimeSpan SafetyMargin => Options("").SafetyMargin;

    /// <summary>How long the elections may stay without a leader once faults have stopped.</summary>
    public TimeSpan LongestRecovery
    {
        get
        {
            var options = Options("");
            var byOwnClock = LeaseDuration + 2 * (options.RenewalInterval + options.JitterRange);
            return 1.1 * (byOwnClock + ClockJumpTolerance);
        }
    }

    /// <summary>How long a follower may go without a look, by the true time.</summary>
    public TimeSpan LongestLook => 1.1 * LeaseDuration + TimeSpan.FromSeconds(10);

    /// <summary>How long a stop may take in calm weather.</summary>
    public TimeSpan LongestStop => 1.1 * (DrainTimeout + LeaseDuration);

    public static Conditions Draw(Random random)
    {
        var lease = TimeSpan.FromSeconds(Leases[random.Next(Leases.Length)]);
        var jumps = random.Next(4) == 0;
        return new Conditions
        {
            Machines = 2 + random.Next(4),
            LeaseDuration = lease,
            DrainTimeout = random.Next(3) == 0 ? 0.2 * lease : lease,
            CleanupInterval = (random.Next(3) == 0 ? 0.3 : 6) * lease,
            ReleaseCooldown = random.Next(3) == 0 ? 0.3 * lease : lease,
            ClockJumpTolerance = jumps ? TimeSpan.FromSeconds(1 + random.Next(15)) : TimeSpan.Zero,
            LargestDrift = (jumps ? DriftsBesideJumps : Drifts)[random.Next(Drifts.Length)],
            SharesInstanceId = random.Next(5) == 0,
            TiesInReverse = random.Next(2) == 0,
            IsSeldomAsked = random.Next(4) == 0,
            MeanPeace = TimeSpan.FromSeconds(3 + random.Next(40)),
            Clumsiness = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.05,
            SetsWallClocks = random.Next(2) == 0,
        };
    }

    public LeaderElectionOptions Options(string instanceId) => new()
    {
        ElectionName = Election,
        InstanceId = SharesInstanceId || instanceId.Length == 0 ? "instance" : instanceId,
        LeaseDuration = LeaseDuration,
        DrainTimeout = DrainTimeout,
        CleanupInterval = CleanupInterval,
        ReleaseCooldown = ReleaseCooldown,
        ClockJumpTolerance = ClockJumpTolerance,
    };
}
