namespace LeaderElection;

/// <summary>A store's answer to an attempt to acquire or renew.</summary>
public sealed record LeaseAnswer
{
    private LeaseAnswer(LeaseOutcome outcome) => Outcome = outcome;

    /// <summary>What the store knows.</summary>
    public LeaseOutcome Outcome { get; private init; }

    /// <summary>
    /// The lease granted, or the one in the way; null for the other outcomes, and for
    /// <see cref="LeaseOutcome.HeldByAnother"/> while another instance is just taking it.
    /// </summary>
    public Lease? Lease { get; private init; }

    /// <summary>
    /// After how long to ask again; null unless the answer is <see cref="NotYet"/>.
    /// </summary>
    public TimeSpan? Wait { get; private init; }

    /// <summary>What the store's clock showed when it answered; null when it did not tell.</summary>
    public DateTimeOffset? StoreTime { get; private init; }

    /// <summary>Why nothing is known; null unless the outcome is <see cref="LeaseOutcome.Unknown"/>.</summary>
    public Exception? Error { get; private init; }

    /// <summary>The lease is the asking instance's.</summary>
    /// <param name="lease">The lease.</param>
    public static LeaseAnswer Granted(Lease lease) =>
        new(LeaseOutcome.Granted) { Lease = lease, StoreTime = ClockOf(lease) };

    /// <summary>The lease is someone else's.</summary>
    /// <param name="lease">The living lease; null while another instance is just taking it.</param>
    public static LeaseAnswer HeldByAnother(Lease? lease) =>
        new(LeaseOutcome.HeldByAnother) { Lease = lease, StoreTime = ClockOf(lease) };

    /// <summary>
    /// The lease may be someone else's, although the store has none that is alive: it may have lost it, or something
    /// holds on to the one that ran out.
    /// </summary>
    /// <param name="wait">After how long to ask again.</param>
    public static LeaseAnswer NotYet(TimeSpan wait) => new(LeaseOutcome.HeldByAnother) { Wait = wait };

    /// <summary>The term that asked does not hold the lease any more.</summary>
    /// <param name="storeTime">What the store's clock showed; null when it does not tell.</param>
    public static LeaseAnswer Lost(DateTimeOffset? storeTime = null) =>
        new(LeaseOutcome.Lost) { StoreTime = storeTime };

    /// <summary>Nothing is known.</summary>
    /// <param name="error">Why.</param>
    public static LeaseAnswer Unknown(Exception error) => new(LeaseOutcome.Unknown) { Error = error };

    private static DateTimeOffset? ClockOf(Lease? lease) => lease is null ? null : lease.ExpiresAt - lease.Remaining;
}
