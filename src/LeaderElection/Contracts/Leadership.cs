namespace LeaderElection;

/// <summary>
/// One term: one unbroken hold of the lease by one instance. Once over it is never held again; the next term is
/// another object with a higher <see cref="FencingToken"/>. Safe to use from any thread.
/// </summary>
public sealed class Leadership
{
    private readonly ITermHolder _holder;
    private readonly TermWorks _works;

    // Replaced by the elector's loop with every renewal; read by anyone.
    private volatile TrustWindow _window;

    // Completed when the step-down is over: the lease given away, or left to run out.
    private readonly TaskCompletionSource _concluded = new();

    internal Leadership(
        string electionName, string instanceId, long fencingToken, DateTimeOffset acquiredAt, TrustWindow window,
        ITermHolder holder, ILeaseStore? store)
    {
        ElectionName = electionName;
        InstanceId = instanceId;
        FencingToken = fencingToken;
        AcquiredAt = acquiredAt;
        _window = window;
        _holder = holder;
        _works = new TermWorks(this, holder);
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

    /// <summary>Start of the term, on the store's clock.</summary>
    public DateTimeOffset AcquiredAt { get; }

    /// <summary>
    /// The store that keeps the lease of this term; null for a term of a <see cref="FakeLeaderElector"/>. For what a
    /// store can add to a term, as a fence in its own transactions.
    /// </summary>
    public ILeaseStore? Store { get; }

    /// <summary>
    /// Whether the term is held now. Computed from the clock at every call; takes no lock, allocates nothing, never
    /// throws.
    /// </summary>
    public bool IsHeld => !_works.IsOver && _window.IsOpen;

    /// <summary>
    /// How long the term lasts if no renewal succeeds from now on; <see cref="TimeSpan.Zero"/> when it is over.
    /// </summary>
    public TimeSpan Remaining => _works.IsOver ? TimeSpan.Zero : _window.Remaining;

    /// <summary>
    /// Cancelled when the term ends: for a step-down before the lease is given away, otherwise when the trust window
    /// closes, a safety margin before another instance can lead. Callbacks registered on it run one after another, so one
    /// that blocks delays the others; work under <see cref="LeaderElectorExtensions.RunAsLeaderAsync"/> has a token of its
    /// own and does not wait for them. Callbacks count as work of the term: a step-down waits for them.
    /// </summary>
    public CancellationToken Lost => _works.Lost;

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

    /// <summary>How long the row outlives the last answered renewal, whether or not the term is over.</summary>
    internal TrustWindow Window => _window;

    internal bool IsOver => _works.IsOver;

    /// <summary>Whether everybody has been told that the term is over, all callbacks included.</summary>
    internal bool IsTold => _works.AreTold;

    internal Task Concluded => _concluded.Task;

    internal LeadershipChangeReason? EndReason => _works.EndReason;

    internal bool HasWork => _works.AreRunning;

    /// <summary>Whether any work was begun in it, ended or not.</summary>
    internal bool HadWork => _works.EverBegan;

    /// <summary>Resumes users' awaits, so never on a thread of the election loop.</summary>
    internal void Conclude() => _concluded.TrySetResult();

    /// <summary>False when the window has closed: somebody may have been told that the term is over.</summary>
    internal bool TryExtend(TrustWindow window)
    {
        if (!_window.TryReplaceBy(window))
            return false;
        _window = window;
        return true;
    }

    /// <summary>Ends the term, and tells its work. False when it was over already: the first reason stays.</summary>
    internal bool TryEnd(LeadershipChangeReason reason) => _works.TryEnd(reason);

    /// <summary>Null when the term is over: the work must not begin.</summary>
    internal TermWork? TryBeginWork() => IsHeld ? _works.TryBegin() : null;

    internal void EndWork(TermWork work) => _works.End(work);

    /// <summary>For work that threw because its term was over: a cancellation is how it should end.</summary>
    internal void ReportEndOfWork(Exception exception)
    {
        if (exception is not (OperationCanceledException or LeadershipLostException))
            _holder.OnUserCodeFailed(this, exception);
    }

    /// <summary>For work that threw although its term was held.</summary>
    internal void ReportFailureOfWork(Exception exception) => _holder.OnWorkFailed(this, exception);
}
