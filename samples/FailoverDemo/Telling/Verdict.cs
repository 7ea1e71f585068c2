using System.Globalization;

namespace FailoverDemo;

/// <summary>How one leader was replaced by the next.</summary>
/// <param name="Fault">What was done to the leader.</param>
/// <param name="From">The old leader.</param>
/// <param name="To">The new one.</param>
/// <param name="Token">The new term.</param>
/// <param name="Leaderless">How long nobody led.</param>
/// <param name="Bound">How long that may have taken.</param>
internal sealed record Handover(
    string Fault, string From, string To, long Token, TimeSpan Leaderless, TimeSpan Bound)
{
    public bool IsInTime => Leaderless >= TimeSpan.Zero && Leaderless <= Bound;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{To} leads: term {Token}. {Leaderless.TotalMilliseconds:0} ms without a leader, "
        + $"{Bound.TotalMilliseconds:0} ms allowed.");
}

/// <summary>What the demo has shown.</summary>
internal sealed record Verdict(IReadOnlyList<Handover> Handovers, TimeSpan Overlap, bool TokensRise)
{
    private const int Faults = 3;

    public bool IsGood => Handovers.Count == Faults && Handovers.All(handover => handover.IsInTime)
        && Overlap == TimeSpan.Zero && TokensRise;
}
