namespace LeaderElection;

/// <summary>What an instance knew of its election after a change.</summary>
public sealed record LeadershipChange
{
    /// <summary>
    /// Whether the instance led when the change happened. History by the time it is read: to act, ask
    /// <see cref="ILeaderElector.IsLeader"/>.
    /// </summary>
    public bool IsLeader { get; init; }

    /// <summary>Who leads; null when nobody is known to.</summary>
    public LeaderInfo? Leader { get; init; }

    /// <summary>
    /// The term that the change is about: the one gained or lost by this instance, or the leader's for
    /// <see cref="LeadershipChangeReason.LeaderChanged"/>; null when there is none.
    /// </summary>
    public long? FencingToken { get; init; }

    /// <summary>Why the state changed; <see cref="LeadershipChangeReason.None"/> before anything is known.</summary>
    public LeadershipChangeReason Reason { get; init; }
}
