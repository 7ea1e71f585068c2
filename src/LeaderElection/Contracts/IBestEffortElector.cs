namespace LeaderElection;

/// <summary>
/// One instance's side of a best-effort election: usually one leads; during a partition, a loss of messages or a pause
/// there can be two or none. Not for work that must be done once: that takes an <see cref="ILeaderElector"/>, which
/// this is not, so that neither is taken for the other. Every member is safe to call from any thread at any time.
/// </summary>
public interface IBestEffortElector : IElector
{
    /// <summary>Whether this instance takes itself for the leader now; another may do so, too. Takes no lock, allocates
    /// nothing, never throws.</summary>
    bool IsLeader { get; }

    /// <summary>An implementation that has nothing to tell takes part and is well.</summary>
    ElectorStatus IElector.Status => new() { Guarantee = ElectionGuarantee.BestEffort, IsLeader = IsLeader };

    /// <summary>Steps down and stays in the race. Does nothing on a follower.</summary>
    /// <param name="cancellationToken">Ends the waiting only; the step-down goes on.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task ReleaseAsync(CancellationToken cancellationToken = default);
}
