namespace LeaderElection;

/// <summary>
/// How an elector is doing at one moment, by its own verdict: for health checks and status pages, which ask nothing
/// else, and never for mutual exclusion. An elector of your own that makes one sets <see cref="IsLeader"/> and
/// <see cref="FencingToken"/>, too.
/// </summary>
public sealed record ElectorStatus
{
    /// <summary>What the election promises.</summary>
    public ElectionGuarantee Guarantee { get; init; }

    /// <summary>Whether the elector takes part: it was started and not stopped. True unless set.</summary>
    public bool IsRunning { get; init; } = true;

    /// <summary>Whether this instance led at that moment.</summary>
    public bool IsLeader { get; init; }

    /// <summary>Of the term that this instance held at that moment; null when it held none, and where terms have no
    /// number.</summary>
    public long? FencingToken { get; init; }

    /// <summary>
    /// Whether this instance holds a term that it should have left by now: its deadline passed longer ago than leaving
    /// takes (for a lease a safety margin and two time limits of the store). It does not lead any more and is not in
    /// the race either: its process is starved or stuck.
    /// </summary>
    public bool IsOverdue { get; init; }

    /// <summary>How long a term of this instance lasts from one renewal on if the next ones fail, as for a lease its
    /// <see cref="LeaderElectionOptions.LeaseDuration"/>; null when its terms do not run out.</summary>
    public TimeSpan? Whole { get; init; }

    /// <summary>
    /// On the leader, how long it leads if no renewal succeeds from now on; on a follower, how long the leader's term
    /// lasts by what it last saw of it, which may since have been renewed. Not negative; null when nobody is known to
    /// lead.
    /// </summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>For how long what the elector depends on, its store, has given no usable answer, from the first attempt
    /// that failed; null while it answers. A follower that need not poll makes none before the lease it saw runs
    /// out.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Whether <see cref="Silence"/> lasts for longer than a passing fault explains: for longer than the
    /// longest time between two looks of a follower that has to poll.</summary>
    public bool IsTooSilent { get; init; }

    /// <summary>The last attempt that failed since the elector was made; null when none has.</summary>
    public FailedAttempt? LastFailure { get; init; }

    /// <summary>The failed work for which this instance stands aside, so that another may do it; null while it does
    /// not.</summary>
    public WorkFailure? WorkFailure { get; init; }
}
