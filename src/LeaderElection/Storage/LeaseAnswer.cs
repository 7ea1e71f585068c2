namespace LeaderElection;

/// <summary>A store's answer to an attempt to acquire or renew.</summary>
public sealed record LeaseAnswer
{
    private LeaseAnswer(LeaseOutcome outcome, Lease? lease, Exception? error)
    {
        Outcome = outcome;
        Lease = lease;
        Error = error;
    }

    /// <summary>The term that asked does not hold the lease any more.</summary>
    public static LeaseAnswer Lost { get; } = new(LeaseOutcome.Lost, null, null);

    /// <summary>What the store knows.</summary>
    public LeaseOutcome Outcome { get; }

    /// <summary>
    /// The lease granted, or the one in the way; null for the other outcomes, and for
    /// <see cref="LeaseOutcome.HeldByAnother"/> while another instance is just taking it.
    /// </summary>
    public Lease? Lease { get; }

    /// <summary>Why nothing is known; null unless the outcome is <see cref="LeaseOutcome.Unknown"/>.</summary>
    public Exception? Error { get; }

    /// <summary>The lease is the asking instance's.</summary>
    /// <param name="lease">The lease.</param>
    public static LeaseAnswer Granted(Lease lease) => new(LeaseOutcome.Granted, lease, null);

    /// <summary>The lease is someone else's.</summary>
    /// <param name="lease">The living lease; null while another instance is just taking it.</param>
    public static LeaseAnswer HeldByAnother(Lease? lease) => new(LeaseOutcome.HeldByAnother, lease, null);

    /// <summary>Nothing is known.</summary>
    /// <param name="error">Why.</param>
    public static LeaseAnswer Unknown(Exception error) => new(LeaseOutcome.Unknown, null, error);
}
