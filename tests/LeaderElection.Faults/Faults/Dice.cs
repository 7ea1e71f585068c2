using System.Globalization;

namespace LeaderElection.Faults;

/// <summary>Draws what faults leave to chance. The same seed draws the same, whatever happens in between.</summary>
internal sealed class Dice(Random random, ElectionTimes times)
{
    private const double ShareOfLeaders = 0.75;

    public bool Coin() => random.Next(2) == 0;

    public int Index() => random.Next(1000);

    public TargetRole LeaderMostly() =>
        random.NextDouble() < ShareOfLeaders ? TargetRole.Leader : TargetRole.Follower;

    /// <summary>A time between two shares of the lease.</summary>
    public TimeSpan Leases(double from, double to) => times.Lease * (from + (to - from) * random.NextDouble());

    public TimeSpan LessThanALease() => Leases(0.2, 0.7);

    public TimeSpan MoreThanALease() => Leases(1.2, 1.6);

    /// <summary>Long enough for a renewal to have met what was done.</summary>
    public TimeSpan UntilRenewals() => Leases(0.5, 0.8);

    public FaultDraw On(TargetRole target, TimeSpan hold, string detail = "", bool variant = false)
    {
        var text = new List<string>();
        if (target != TargetRole.Everything)
            text.Add(target == TargetRole.Leader ? "the leader" : "a follower");
        if (hold > TimeSpan.Zero)
            text.Add(string.Create(CultureInfo.InvariantCulture, $"for {hold.TotalMilliseconds:0} ms"));
        if (detail.Length > 0)
            text.Add(detail);
        return new FaultDraw(target, Index(), hold, variant, string.Join(", ", text));
    }
}
