namespace LeaderElection;

/// <summary>
/// One term: one unbroken hold of the leadership by one instance. Once over it is never held again; the next term is
/// another object with a higher <see cref="FencingToken"/>. Safe to use from any thread.
/// </summary>
public sealed class Leadership
{
    internal Leadership(
        string electionName, string instanceId, long fencingToken, DateTimeOffset acquiredAt, ITerm term,
        ITermStore? store)
    {
        ElectionName = electionName;
        InstanceId = instanceId;
        FencingToken = fencingToken;
        AcquiredAt = acquiredAt;
        Term = term;
        Store = store;
    }

    /// <summary>The election.</summary>
    public string ElectionName { get; }

    /// <summary>The instance that holds the term.</summary>
    public string InstanceId { get; }

    /// <summary>
    /// The number of the term. Strictly rising per election over release, crash, cleanup and restart, not without
    /// gaps. Store it with what the leader writes and refuse lower ones: that stops a leader that was paused.
    /// </summary>
    public long FencingToken { get; }

    /// <summary>Start of the term, on the clock of the store that keeps it.</summary>
    public DateTimeOffset AcquiredAt { get; }

    /// <summary>
    /// What keeps the term, the <see cref="ILeaseStore"/> of a <see cref="LeaseElector"/>; null for a term that no
    /// store keeps, as that of a <see cref="FakeLeaderElector"/>. For what a store can add to a term, as a fence in its
    /// own transactions.
    /// </summary>
    public ITermStore? Store { get; }

    /// <summary>
    /// Whether the term is held now. Computed from the clock at every call; takes no lock, allocates nothing, never
    /// throws.
    /// </summary>
    public bool IsHeld => Term.IsHeld;

    /// <summary>
    /// How long the term lasts if no renewal succeeds from now on; <see cref="TimeSpan.Zero"/> when it is over.
    /// </summary>
    public TimeSpan Remaining => Term.Remaining;

    /// <summary>
    /// Cancelled when the term ends: for a step-down before the lease is given away, otherwise when the trust window
    /// closes, a safety margin before another instance can lead. Callbacks registered on it run one after another, so
    /// one that blocks delays the others; work under <see cref="LeaderElectorExtensions.RunAsLeaderAsync"/> has a token
    /// of its own and does not wait for them. Callbacks count as work of the term: a step-down waits for them.
    /// </summary>
    public CancellationToken Lost => Term.Lost;

    /// <summary>Throws when the term is over. That it did not throw holds for the moment of the call only.</summary>
    /// <exception cref="LeadershipLostException">The term is over.</exception>
    public void ThrowIfLost()
    {
        if (!IsHeld)
        {
            throw new LeadershipLostException(
                $"Instance '{InstanceId}' no longer leads election '{ElectionName}': term {FencingToken} is over.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"term {FencingToken} of '{InstanceId}' in election '{ElectionName}'";

    /// <summary>What this is the face of.</summary>
    internal ITerm Term { get; }
}
