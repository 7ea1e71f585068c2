namespace LeaderElection;

/// <summary>
/// A store's answer to an attempt to acquire or renew. It is one of the six records in here: <see cref="Granted"/>,
/// <see cref="HeldByAnother"/>, <see cref="BeingTaken"/> and <see cref="NotYet"/> when asked to acquire,
/// <see cref="Granted"/> and <see cref="Lost"/> when asked to renew, <see cref="Unknown"/> to both.
/// </summary>
public abstract record LeaseAnswer
{
    private LeaseAnswer()
    {
    }

    /// <summary>What the store's clock showed when it answered; null when it did not tell.</summary>
    public virtual DateTimeOffset? StoreTime => null;

    /// <summary>The lease is the asking instance's.</summary>
    /// <param name="Lease">The lease.</param>
    public sealed record Granted(Lease Lease) : LeaseAnswer
    {
        /// <inheritdoc/>
        public override DateTimeOffset? StoreTime => Lease.StoreTime;
    }

    /// <summary>The lease is someone else's.</summary>
    /// <param name="Lease">The one in the way: alive, or not out for long enough to be sure of the store's clock
    /// (<see cref="LeaseClaim.ClockJumpTolerance"/>).</param>
    public sealed record HeldByAnother(Lease Lease) : LeaseAnswer
    {
        /// <inheritdoc/>
        public override DateTimeOffset? StoreTime => Lease.StoreTime;
    }

    /// <summary>Another instance is just taking the lease.</summary>
    public sealed record BeingTaken : LeaseAnswer;

    /// <summary>
    /// The lease may be someone else's, although the store has none that is alive: it may have lost it, or something
    /// holds on to the one that ran out.
    /// </summary>
    /// <param name="Wait">After how long to ask again.</param>
    public sealed record NotYet(TimeSpan Wait) : LeaseAnswer;

    /// <summary>The term that asked for a renewal does not hold the lease any more.</summary>
    /// <param name="At">What the store's clock showed; null when it does not tell, and jumps of it go
    /// unnoticed.</param>
    public sealed record Lost(DateTimeOffset? At = null) : LeaseAnswer
    {
        /// <inheritdoc/>
        public override DateTimeOffset? StoreTime => At;
    }

    /// <summary>Nothing is known: the attempt may or may not have taken effect.</summary>
    /// <param name="Error">Why.</param>
    public sealed record Unknown(Exception Error) : LeaseAnswer;
}
