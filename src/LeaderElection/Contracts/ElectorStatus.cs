namespace LeaderElection;

/// <summary>How an elector is doing at one moment: for health checks and status pages, never for mutual
/// exclusion.</summary>
public sealed record ElectorStatus
{
    /// <summary>Whether the elector takes part: it was started and not stopped. True unless set.</summary>
    public bool IsRunning { get; init; } = true;

    /// <summary>
    /// Whether this instance holds a term that it should have left by now: its deadline passed longer ago than leaving
    /// takes (a safety margin and two time limits of the store). It does not lead any more
    /// (<see cref="ILeaderElector.IsLeader"/> is false) and is not in the race either: its process is starved or stuck.
    /// </summary>
    public bool IsOverdue { get; init; }

    /// <summary>How long a lease lasts that this instance holds; null when the elector knows no leases.</summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>
    /// On the leader, how long it leads if no renewal succeeds from now on; on a follower, how long the leader's lease
    /// lasts by what it last saw of it, which may since have been renewed. Not negative; null when nobody is known to
    /// lead.
    /// </summary>
    public TimeSpan? LeaseRemaining { get; init; }

    /// <summary>For how long the store has given no usable answer, from the first attempt that failed; null while it
    /// answers. A follower that need not poll makes none before the lease it saw runs out.</summary>
    public TimeSpan? StoreSilence { get; init; }

    /// <summary>The longest time between two looks of a follower that has to poll; zero when the elector does not
    /// poll.</summary>
    public TimeSpan PollInterval { get; init; }

    /// <summary>The last attempt that failed since the elector was made; null when none has.</summary>
    public FailedAttempt? LastFailure { get; init; }

    /// <summary>The failed work for which this instance stands aside, so that another may do it; null while it does
    /// not.</summary>
    public WorkFailure? WorkFailure { get; init; }
}
