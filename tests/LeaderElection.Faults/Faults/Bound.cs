namespace LeaderElection.Faults;

internal enum BoundFrom
{
    /// <summary>From when the fault set in.</summary>
    Injection,

    /// <summary>From the end of the lease, as the row had it when the fault had set in.</summary>
    EndOfRow,

    /// <summary>From when the fault was taken back, but not before the end of that lease.</summary>
    HealingOrEndOfRow,
}

/// <summary>
/// How long a fault may leave the election without a leader at a stretch: from when it set in until so long after the
/// moment named. The allowance for the machine comes on top.
/// </summary>
internal sealed record Bound(BoundFrom From, TimeSpan Limit);
