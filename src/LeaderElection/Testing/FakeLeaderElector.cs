using System.Diagnostics;

namespace LeaderElection;

/// <summary>
/// An elector that leads when it is told to: for unit tests of code that uses <see cref="ILeaderElector"/>. Terms never
/// run out by themselves. Events, awaits and callbacks run before <see cref="BecomeLeader"/> and
/// <see cref="LoseLeadership"/> return, as far as the code behind them is synchronous.
/// </summary>
/// <param name="electionName">The election.</param>
/// <param name="instanceId">The instance.</param>
public sealed class FakeLeaderElector(string electionName = "default", string instanceId = "fake")
    : ILeaderElector, ITermHolder
{
    private readonly ChangeFeed<LeadershipChange> _changes = new(static action => action(), new LeadershipChange());
    private volatile Leadership? _current;
    private volatile LeaderInfo? _leader;
    private long _lastToken;

    /// <inheritdoc/>
    public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged;

    /// <inheritdoc/>
    public string ElectionName => electionName;

    /// <inheritdoc/>
    public string InstanceId => instanceId;

    /// <inheritdoc/>
    public bool IsLeader => _current is { } term && term.IsHeld;

    /// <inheritdoc/>
    public Leadership? Current => _current is { } term && term.IsHeld ? term : null;

    /// <inheritdoc/>
    public LeaderInfo? Leader => IsLeader ? _leader : null;

    /// <summary>Begins a new term with the next token; returns the term held when there is one.</summary>
    public Leadership BecomeLeader()
    {
        if (Current is { } held)
            return held;

        var term = new Term(
            Interlocked.Increment(ref _lastToken), TrustWindow.Endless(TimeProvider.System), this);
        var leadership = new Leadership(
            electionName, instanceId, term.FencingToken, TimeProvider.System.GetUtcNow(), term, store: null);
        _leader = new LeaderInfo(instanceId, term.FencingToken, null, leadership.AcquiredAt);
        _current = leadership;
        Tell(isLeader: true, term, LeadershipChangeReason.Acquired);
        return leadership;
    }

    /// <summary>Ends the term; does nothing on a follower.</summary>
    /// <param name="reason">What watchers are told.</param>
    public void LoseLeadership(LeadershipChangeReason reason = LeadershipChangeReason.Expired)
    {
        if (_current is not { } leadership || Term.Of(leadership) is not { } term || !term.TryEnd(reason))
            return;

        _current = null;
        _leader = null;
        Tell(isLeader: false, term, reason);
        term.Conclude();
    }

    /// <inheritdoc/>
    public async Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
        await this.FirstTermAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new UnreachableException("The changes of a fake elector never end.");

    /// <inheritdoc/>
    public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
        _changes.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        LoseLeadership(LeadershipChangeReason.Released);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled(cancellationToken)
            : Task.CompletedTask;
    }

    /// <summary>This elector as what a fake <see cref="ILeaderElectorFactory"/> returns. Its disposal ends the term, as
    /// stopped.</summary>
    public IOwnedLeaderElector AsOwned() => new OwnedFake(this);

    void ITermHolder.RunAside(Action errand) => errand();

    void ITermHolder.OnWorkEnded()
    {
    }

    void ITermHolder.OnUserCodeFailed(Term term, Exception exception)
    {
        // The test that owns the code sees its failure where it awaits it.
    }

    void ITermHolder.OnWorkFailed(Term term, Exception exception)
    {
    }

    private void Tell(bool isLeader, Term term, LeadershipChangeReason reason)
    {
        var change = new LeadershipChange
        {
            IsLeader = isLeader,
            Leader = _leader,
            FencingToken = term.FencingToken,
            Reason = reason,
        };
        _changes.Publish(change);
        LeadershipChanged?.Invoke(this, new LeadershipChangedEventArgs(change));
    }
}
