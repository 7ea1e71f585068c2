namespace LeaderElection;

/// <summary>What an instance knew of its election after a change.</summary>
/// <param name="IsLeader">
/// Whether the instance led when the change happened. History by the time it is read: to act, ask
/// <see cref="ILeaderElector.IsLeader"/>.
/// </param>
/// <param name="Leader">Who leads; null when nobody is known to.</param>
/// <param name="FencingToken">
/// The term that the change is about: the one gained or lost by this instance, or the leader's for
/// <see cref="LeadershipChangeReason.LeaderChanged"/>; null when there is none.
/// </param>
/// <param name="Reason">Why the state changed.</param>
public sealed record LeadershipChange(
    bool IsLeader, LeaderInfo? Leader, long? FencingToken, LeadershipChangeReason Reason);
