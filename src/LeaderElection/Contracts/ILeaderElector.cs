namespace LeaderElection;

/// <summary>
/// One instance's side of one election. Every member is safe to call from any thread at any time.
/// </summary>
/// <remarks>
/// Between a check of <see cref="IsLeader"/> and the act that relies on it the process can be paused for any time;
/// no lease closes that gap. Where it matters, let the data check <see cref="Leadership.FencingToken"/>.
/// </remarks>
public interface ILeaderElector
{
    /// <summary>The election that this instance runs in.</summary>
    string ElectionName { get; }

    /// <summary>Who this instance is, for people to read. Two instances of one id still exclude each other.</summary>
    string InstanceId { get; }

    /// <summary>
    /// Whether this instance may act as the leader now. Computed from the clock at every call, so it turns false at
    /// the end of the trust window even while the store hangs or every thread of the elector is stuck.
    /// Takes no lock, allocates nothing, never throws.
    /// </summary>
    bool IsLeader { get; }

    /// <summary>The term held now; null when not leading.</summary>
    Leadership? Current { get; }

    /// <summary>
    /// Who leads, as far as this instance knows; null when nobody is known to. A follower learns of a change with the
    /// next notification or poll, so this is for display and routing, never for mutual exclusion.
    /// </summary>
    LeaderInfo? Leader { get; }

    /// <summary>
    /// How this instance is doing, for health checks and status pages. Costs no call of the store. An implementation
    /// that has nothing to tell takes part and is well.
    /// </summary>
    ElectorStatus Status => new();

    /// <summary>
    /// Raised after every change, in order, one at a time, never inside the election loop: a slow handler delays later
    /// events and nothing else. An exception thrown by a handler is logged and dropped.
    /// </summary>
    event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged;

    /// <summary>Waits until this instance leads; returns at once when it already does.</summary>
    /// <param name="cancellationToken">Ends the wait; leaves nothing behind.</param>
    /// <returns>The term held. It can be over by the time the caller looks.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The elector was stopped: it will never lead again.</exception>
    Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// The current state first, then every change in order, however slowly they are read. Ends after the last change
    /// when the elector is stopped. Changes that are not yet read are kept in memory.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Steps down and stays in the race after a cool-down. Does nothing on a follower. The term ends at once
    /// (<see cref="IsLeader"/> is false, <see cref="Leadership.Lost"/> is cancelled); the lease is given away when the
    /// work has ended. Called from inside that work it returns as soon as the step-down is asked for.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting only; the step-down goes on.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task ReleaseAsync(CancellationToken cancellationToken = default);
}
