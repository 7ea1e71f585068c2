using System.Diagnostics.CodeAnalysis;

namespace LeaderElection;

/// <summary>
/// One term: one unbroken hold of the lease by one instance. Once over it is never held again; the next term is
/// another object with a higher <see cref="FencingToken"/>. Safe to use from any thread.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Lost outlives the term, and without a timer nothing needs freeing.")]
public sealed class Leadership
{
    // Guards _endReason and _workInProgress: work begins only in a term that is not over.
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly ITermHolder _holder;
    private int _workInProgress;
    private LeadershipChangeReason? _endReason;
    private volatile bool _isOver;
    private volatile bool _isLostCancelled;

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
        Lost = _lost.Token;
        _window = window;
        _holder = holder;
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
    public bool IsHeld => !_isOver && _window.IsOpen;

    /// <summary>
    /// How long the term lasts if no renewal succeeds from now on; <see cref="TimeSpan.Zero"/> when it is over.
    /// </summary>
    public TimeSpan Remaining => _isOver ? TimeSpan.Zero : _window.Remaining;

    /// <summary>
    /// Cancelled when the term ends: for a step-down before the lease is given away, otherwise when the trust window
    /// closes, a safety margin before another instance can lead. Callbacks registered on it count as work of the term:
    /// a step-down waits for them.
    /// </summary>
    public CancellationToken Lost { get; }

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

    internal ITermHolder Holder => _holder;

    /// <summary>How long the row outlives the last answered renewal, whether or not the term is over.</summary>
    internal TrustWindow Window => _window;

    internal bool IsOver => _isOver;

    /// <summary>Whether every callback of <see cref="Lost"/> has run.</summary>
    internal bool IsLostCancelled => _isLostCancelled;

    internal Task Concluded => _concluded.Task;

    internal LeadershipChangeReason? EndReason
    {
        get
        {
            lock (_gate)
                return _endReason;
        }
    }

    internal bool HasWork
    {
        get
        {
            lock (_gate)
                return _workInProgress > 0;
        }
    }

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

    /// <summary>False when the term was over already: the first reason stays.</summary>
    /// <remarks>Whoever gets true owes the term one <see cref="CancelLost"/>, which until then counts as
    /// work.</remarks>
    internal bool TryEnd(LeadershipChangeReason reason)
    {
        lock (_gate)
        {
            if (_isOver)
                return false;
            _endReason = reason;
            _isOver = true;
            _workInProgress++;
            return true;
        }
    }

    /// <summary>Runs the callbacks that users registered, so never on a thread of the election loop.</summary>
    internal void CancelLost()
    {
        try
        {
            _lost.Cancel();
        }
        catch (AggregateException exception)
        {
            _holder.OnUserCodeFailed(this, exception);
        }
        finally
        {
            _isLostCancelled = true;
            EndWork();
        }
    }

    /// <summary>False when the term is over: the work must not begin.</summary>
    internal bool TryBeginWork()
    {
        lock (_gate)
        {
            if (!IsHeld)
                return false;
            _workInProgress++;
            return true;
        }
    }

    /// <summary>For work that threw because its term was over: a cancellation is how it should end.</summary>
    internal void ReportEndOfWork(Exception exception)
    {
        if (exception is not (OperationCanceledException or LeadershipLostException))
            _holder.OnUserCodeFailed(this, exception);
    }

    internal void EndWork()
    {
        lock (_gate)
            _workInProgress--;
        _holder.OnWorkEnded();
    }
}
