namespace LeaderElection;

/// <summary>
/// Keeps the leases of any number of elections. Every operation is one atomic step against one shared place, on that
/// place's own clock. Implementations are safe for concurrent use and may be shared by any number of electors.
/// </summary>
/// <remarks>
/// Any operation may throw: the elector takes every exception, and every answer that is later than its time limit, for
/// <see cref="LeaseAnswer.Unknown"/>. An operation whose caller has given up may still take effect, so none may do
/// harm when it does: a lease granted late just runs out. An operation whose token is cancelled before it begins
/// throws, and has no effect. The suites that a store must pass are in the sources: <c>LeaseStoreSuite</c> and those
/// beside it.
/// </remarks>
public interface ILeaseStore : ITermStore
{
    /// <summary>
    /// Makes the store usable, or says why it is not. Cheap when there is nothing to do; called again after errors.
    /// </summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LeaseStoreException">The store cannot be used as it is configured.</exception>
    Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes the lease when nobody holds it or it has run out, and tells the other instances. Its fencing token is
    /// above every one that was ever granted in this election, released and deleted leases included: keep the counter
    /// apart from the leases. A living lease is
    /// someone else's, whatever its instance id says, and is left as it is; so is one that ran out less than
    /// <see cref="LeaseClaim.ClockJumpTolerance"/> ago, unless the claim says that it was outlived. A store that may
    /// have lost a lease it granted (a failover) grants none before that one has run out.
    /// </summary>
    /// <param name="claim">Who asks, for what and how long.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>
    /// <see cref="LeaseAnswer.Granted"/> with the new lease, <see cref="LeaseAnswer.HeldByAnother"/> with the one in
    /// the way, <see cref="LeaseAnswer.BeingTaken"/>, <see cref="LeaseAnswer.NotYet"/>, or
    /// <see cref="LeaseAnswer.Unknown"/>.
    /// </returns>
    Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken);

    /// <summary>
    /// Prolongs a lease that is still alive to <paramref name="leaseDuration"/> from now. Never takes one over; safe to
    /// repeat.
    /// </summary>
    /// <param name="electionName">The election.</param>
    /// <param name="fencingToken">The term that is to last longer; with the election it proves ownership.</param>
    /// <param name="leaseDuration">From the moment of execution, on the store's clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>
    /// <see cref="LeaseAnswer.Granted"/> with the lease, <see cref="LeaseAnswer.Lost"/>, or
    /// <see cref="LeaseAnswer.Unknown"/>.
    /// </returns>
    Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken);

    /// <summary>Gives the lease of one term away and tells the other instances. Does nothing to any other
    /// term.</summary>
    /// <param name="electionName">The election.</param>
    /// <param name="fencingToken">The term.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False when the term did not hold the lease any more.</returns>
    Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken);

    /// <summary>The living lease of an election; null when there is none.</summary>
    /// <param name="electionName">The election.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken);

    /// <summary>Deletes leases, of whatever election, that ran out long enough ago.</summary>
    /// <param name="expiredFor">How long ago at least.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken);

    /// <summary>
    /// Starts to pass on hints that the lease of an election may have changed hands. Hints can be lost, doubled and
    /// late; they never mean more than "look again".
    /// </summary>
    /// <param name="electionName">The election.</param>
    /// <param name="onHint">
    /// Called from any thread, also whenever <see cref="ILeaseSubscription.IsListening"/> changes. Must return at once
    /// and not throw.
    /// </param>
    ILeaseSubscription Subscribe(string electionName, Action onHint);
}
