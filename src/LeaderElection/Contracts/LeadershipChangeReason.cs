namespace LeaderElection;

/// <summary>Why an instance's view of its election changed.</summary>
public enum LeadershipChangeReason
{
    /// <summary>It has not changed: the state before anything is known.</summary>
    None = 0,

    /// <summary>A follower learnt of another leader, or that nobody leads.</summary>
    LeaderChanged,

    /// <summary>This instance began a term.</summary>
    Acquired,

    /// <summary>This instance stepped down and stays in the race.</summary>
    Released,

    /// <summary>This instance stepped down because its elector was stopped.</summary>
    Stopped,

    /// <summary>The trust window closed before a renewal was answered.</summary>
    Expired,

    /// <summary>The term was found to be another instance's or nobody's: the store said so.</summary>
    Superseded,
}
