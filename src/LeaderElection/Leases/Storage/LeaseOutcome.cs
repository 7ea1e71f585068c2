namespace LeaderElection;

/// <summary>The four things that a store can know about an attempt.</summary>
public enum LeaseOutcome
{
    /// <summary>Nothing: the attempt may or may not have taken effect.</summary>
    Unknown,

    /// <summary>The lease is the asking instance's.</summary>
    Granted,

    /// <summary>The lease is someone else's.</summary>
    HeldByAnother,

    /// <summary>The term that asked for a renewal does not hold the lease any more.</summary>
    Lost,
}
