namespace LeaderElection;

/// <summary>
/// One instance's side of one election, of whatever kind: what every elector can tell. What may be relied on is said by
/// its kind, <see cref="ILeaderElector"/> or <see cref="IBestEffortElector"/>. Every member is safe to call from any
/// thread at any time.
/// </summary>
public interface IElector
{
    /// <summary>The election that this instance runs in.</summary>
    string ElectionName { get; }

    /// <summary>Who this instance is, for people to read. It proves nothing.</summary>
    string InstanceId { get; }

    /// <summary>
    /// Who leads, as far as this instance knows; null when nobody is known to. A follower learns of a change with the
    /// next notification or poll, so this is for display and routing, never for mutual exclusion.
    /// </summary>
    LeaderInfo? Leader { get; }

    /// <summary>How this instance is doing, for health checks and status pages. Asks nobody else.</summary>
    ElectorStatus Status { get; }

    /// <summary>
    /// Raised after every change, in order, one at a time, never inside the election loop: a slow handler delays later
    /// events and nothing else. An exception thrown by a handler is logged and dropped.
    /// </summary>
    event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged;

    /// <summary>
    /// The current state first, then every change in order, however slowly they are read. Ends after the last change
    /// when the elector is stopped. Changes that are not yet read are kept in memory.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default);
}
