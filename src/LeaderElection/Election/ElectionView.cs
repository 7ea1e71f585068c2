namespace LeaderElection;

/// <summary>
/// What one instance knows of its election: its own term, who leads, and every change of that. Written by the loop,
/// read by anyone.
/// </summary>
internal sealed class ElectionView(ElectionTelemetry telemetry, TimeProvider clock)
{
    private volatile Leadership? _term;
    private volatile Sighting? _lastSeen;

    // Used by the loop alone.
    private long? _ownToken;
    private Moment? _leaderlessSince;

    public ChangeFeed Changes { get; } = new(action => OffLoop.Run(clock, action));

    public bool IsLeader => _term is { } term && term.IsHeld;

    public Leadership? Current => _term is { } term && term.IsHeld ? term : null;

    /// <summary>The term held or being stepped down from.</summary>
    public Leadership? TermInProgress => _term;

    public LeaderInfo? Leader
    {
        get
        {
            var leader = _lastSeen?.Leader;
            var isPastSelf = _term is { } term && term.FencingToken == leader?.FencingToken && !term.IsHeld;
            return isPastSelf ? null : leader;
        }
    }

    /// <summary>Of the term held, or of the leader's lease as last seen; null when nobody is known to lead.</summary>
    public TimeSpan? LeaseRemaining
    {
        get
        {
            if (_term is { } term)
                return term.IsHeld ? term.Remaining : null;
            return _lastSeen is { } seen ? Max(seen.Remaining - seen.At.Elapsed(clock), TimeSpan.Zero) : null;
        }
    }

    /// <summary>Whether a term that nobody stepped down from is past its deadline and not yet left.</summary>
    public bool IsOverdue =>
        _term is { Window.IsOpen: false, EndReason: null or LeadershipChangeReason.Expired };

    public void Begin(Leadership term, Uri? endpoint)
    {
        var self = new LeaderInfo(term.InstanceId, term.FencingToken, endpoint, term.AcquiredAt);
        _ownToken = term.FencingToken;
        _lastSeen = new Sighting(self, Moment.Now(clock), TimeSpan.Zero);
        _term = term;
        Tell(new LeadershipChange(true, self, term.FencingToken, LeadershipChangeReason.Acquired));
    }

    /// <summary>Tells of the end of a term.</summary>
    /// <param name="term">The term.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="since">When it did: a step-down may have taken its time since.</param>
    public void TellEnd(Leadership term, LeadershipChangeReason reason, Moment since)
    {
        _lastSeen = null;
        _leaderlessSince = since;
        Tell(new LeadershipChange(false, null, term.FencingToken, reason));
    }

    /// <summary>Nothing of the term is left to do.</summary>
    public void Leave() => _term = null;

    public void NoteLeader(Lease lease)
    {
        // A row that this instance has left to run out: nobody leads.
        if (lease.FencingToken == _ownToken)
        {
            ForgetLeader();
            return;
        }

        var known = _lastSeen?.Leader;
        var leader = lease.FencingToken == known?.FencingToken
            ? known
            : new LeaderInfo(lease.InstanceId, lease.FencingToken, lease.Endpoint, lease.AcquiredAt);
        _lastSeen = new Sighting(leader, Moment.Now(clock), lease.Remaining);
        if (leader != known)
        {
            Tell(new LeadershipChange(false, leader, leader.FencingToken, LeadershipChangeReason.LeaderChanged));
        }
    }

    /// <summary>While the store says nothing, a leader is known for as long as its lease lasts.</summary>
    public void ForgetLeaderWhoseLeaseRanOut()
    {
        if (_lastSeen is { } seen && seen.At.Elapsed(clock) > seen.Remaining)
            ForgetLeader();
    }

    public void ForgetLeader()
    {
        if (_lastSeen is null)
            return;
        _lastSeen = null;
        _leaderlessSince = Moment.Now(clock);
        Tell(new LeadershipChange(false, null, null, LeadershipChangeReason.LeaderChanged));
    }

    private void Tell(LeadershipChange change)
    {
        Changes.Publish(change);
        telemetry.Changed(change);
        if (change.Leader is null || _leaderlessSince is not { } since)
            return;
        telemetry.LeaderKnownAgain(since.Elapsed(clock));
        _leaderlessSince = null;
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private sealed record Sighting(LeaderInfo Leader, Moment At, TimeSpan Remaining);
}
