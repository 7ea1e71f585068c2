namespace LeaderElection;

/// <summary>
/// One instance's side of one exclusive election: two never lead at once, under the conditions of docs/guarantees.md.
/// Every member is safe to call from any thread at any time.
/// </summary>
/// <remarks>
/// Between a check of <see cref="IsLeader"/> and the act that relies on it the process can be paused for any time;
/// no lease closes that gap. Where it matters, let the data check <see cref="Leadership.FencingToken"/>.
/// </remarks>
public interface ILeaderElector : IElector
{
    /// <summary>
    /// Whether this instance may act as the leader now. Computed from the clock at every call, so it turns false at
    /// the end of the trust window even while the store hangs or every thread of the elector is stuck.
    /// Takes no lock, allocates nothing, never throws.
    /// </summary>
    bool IsLeader { get; }

    /// <summary>The term held now; null when not leading.</summary>
    Leadership? Current { get; }

    /// <summary>An implementation that has nothing to tell takes part and is well.</summary>
    ElectorStatus IElector.Status => new()
    {
        Guarantee = ElectionGuarantee.Exclusive,
        IsLeader = IsLeader,
        FencingToken = Current?.FencingToken,
    };

    /// <summary>Waits until this instance leads; returns at once when it already does.</summary>
    /// <param name="cancellationToken">Ends the wait; leaves nothing behind.</param>
    /// <returns>The term held. It can be over by the time the caller looks.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The elector was stopped: it will never lead again.</exception>
    Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Steps down and stays in the race after a cool-down. Does nothing on a follower. The term ends at once
    /// (<see cref="IsLeader"/> is false, <see cref="Leadership.Lost"/> is cancelled); the lease is given away when the
    /// work has ended. Called from inside that work it returns as soon as the step-down is asked for.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting only; the step-down goes on.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task ReleaseAsync(CancellationToken cancellationToken = default);
}
