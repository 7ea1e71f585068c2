namespace LeaderElection;

/// <summary>Why an instance's view of its election changed.</summary>
public enum LeadershipChangeReason
{
    /// <summary>A follower learnt of another leader, or that nobody leads. Also the state before anything is
    /// known.</summary>
    LeaderChanged,

    /// <summary>This instance began a term.</summary>
    Acquired,

    /// <summary>This instance stepped down and stays in the race.</summary>
    Released,

    /// <summary>This instance stepped down because its elector was stopped.</summary>
    Stopped,

    /// <summary>The trust window closed before a renewal was answered.</summary>
    Expired,

    /// <summary>The store said that the lease is no longer this instance's.</summary>
    Superseded,
}
