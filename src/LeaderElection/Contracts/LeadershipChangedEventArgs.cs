namespace LeaderElection;

/// <summary>A <see cref="LeadershipChange"/> as event data.</summary>
/// <param name="change">The change.</param>
public sealed class LeadershipChangedEventArgs(LeadershipChange change) : EventArgs
{
    /// <inheritdoc cref="LeadershipChange.IsLeader"/>
    public bool IsLeader => change.IsLeader;

    /// <inheritdoc cref="LeadershipChange.Leader"/>
    public LeaderInfo? Leader => change.Leader;

    /// <inheritdoc cref="LeadershipChange.FencingToken"/>
    public long? FencingToken => change.FencingToken;

    /// <inheritdoc cref="LeadershipChange.Reason"/>
    public LeadershipChangeReason Reason => change.Reason;
}
