namespace LeaderElection;

/// <summary>
/// A store that does in one round trip for many elections what <see cref="ILeaseStore"/> does for one. The electors of
/// a process that share such a store ask together.
/// </summary>
/// <remarks>
/// <para>
/// A list is one atomic step: it takes effect as a whole, or, when the call throws, for none or for all of it, and
/// then nothing is known of any. Each answer is what the single call would have given at that moment; one election
/// decides nothing about another. The answers come in the order of the requests, one for each.
/// </para>
/// <para>
/// Every method refuses a list that is longer than <see cref="BatchLimit"/>, or names an election twice, with an
/// <see cref="ArgumentException"/>, and has no effect then. An empty list has no effect. Whoever waits for something
/// that holds one election up would hold up the others: what is locked is passed by, and answered as
/// <see cref="LeaseAnswer.NotYet"/> or <see cref="LeaseAnswer.Unknown"/>.
/// </para>
/// </remarks>
public interface IBatchLeaseStore : ILeaseStore
{
    /// <summary>How many requests a list may hold; at least 1, and always the same.</summary>
    int BatchLimit { get; }

    /// <summary>Takes those of the leases that are free, as
    /// <see cref="ILeaseStore.AcquireAsync(LeaseClaim, CancellationToken)"/> does. A store may take only some of them
    /// at once: to the others it answers <see cref="LeaseAnswer.NotYet"/> with a wait of zero, and it takes at least
    /// one whenever one could be taken.</summary>
    /// <param name="claims">Who asks, for what and how long.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IReadOnlyList<LeaseAnswer>> AcquireAsync(
        IReadOnlyList<LeaseClaim> claims, CancellationToken cancellationToken);

    /// <summary>Prolongs leases that are still alive, as
    /// <see cref="ILeaseStore.RenewAsync(string, long, TimeSpan, CancellationToken)"/> does.</summary>
    /// <param name="renewals">Which, and for how long.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IReadOnlyList<LeaseAnswer>> RenewAsync(
        IReadOnlyList<LeaseRenewal> renewals, CancellationToken cancellationToken);

    /// <summary>Gives leases away, as <see cref="ILeaseStore.ReleaseAsync(string, long, CancellationToken)"/>
    /// does.</summary>
    /// <param name="terms">Whose leases.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>For each, false when the term did not hold the lease any more; null when it holds it still, because
    /// something holds on to it for the moment: ask again.</returns>
    Task<IReadOnlyList<bool?>> ReleaseAsync(IReadOnlyList<LeaseTerm> terms, CancellationToken cancellationToken);

    /// <summary>The living leases, as <see cref="ILeaseStore.ReadAsync(string, CancellationToken)"/> tells
    /// them.</summary>
    /// <param name="electionNames">The elections.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>For each, null when there is none.</returns>
    Task<IReadOnlyList<Lease?>> ReadAsync(
        IReadOnlyList<string> electionNames, CancellationToken cancellationToken);
}
