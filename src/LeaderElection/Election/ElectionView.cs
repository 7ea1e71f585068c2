namespace LeaderElection;

/// <summary>
/// What one instance knows of its election: its own term, who leads, and every change of that. Written by the loop,
/// read by anyone.
/// </summary>
internal sealed class ElectionView(TimeProvider clock)
{
    private volatile Leadership? _term;
    private volatile LeaderInfo? _leader;

    // Used by the loop alone.
    private long? _ownToken;
    private Moment _leaderSeen;
    private TimeSpan _leaderRemaining;

    public ChangeFeed Changes { get; } = new(action => OffLoop.Run(clock, action));

    public bool IsLeader => _term is { } term && term.IsHeld;

    public Leadership? Current => _term is { } term && term.IsHeld ? term : null;

    /// <summary>The term held or being stepped down from.</summary>
    public Leadership? TermInProgress => _term;

    public LeaderInfo? Leader
    {
        get
        {
            var leader = _leader;
            var isPastSelf = _term is { } term && term.FencingToken == leader?.FencingToken && !term.IsHeld;
            return isPastSelf ? null : leader;
        }
    }

    public void Begin(Leadership term, Uri? endpoint)
    {
        var self = new LeaderInfo(term.InstanceId, term.FencingToken, endpoint, term.AcquiredAt);
        _ownToken = term.FencingToken;
        _leader = self;
        _term = term;
        Changes.Publish(new LeadershipChange(true, self, term.FencingToken, LeadershipChangeReason.Acquired));
    }

    /// <summary>Tells of the end of a term whose step-down may still go on.</summary>
    public void TellEnd(Leadership term, LeadershipChangeReason reason)
    {
        _leader = null;
        Changes.Publish(new LeadershipChange(false, null, term.FencingToken, reason));
    }

    /// <summary>Nothing of the term is left to do.</summary>
    public void Leave() => _term = null;

    public void NoteLeader(Lease lease)
    {
        _leaderSeen = Moment.Now(clock);
        _leaderRemaining = lease.Remaining;
        if (lease.FencingToken == _ownToken)
        {
            // A row that this instance has left to run out: nobody leads.
            ForgetLeader();
        }
        else if (lease.FencingToken != _leader?.FencingToken)
        {
            var leader = new LeaderInfo(lease.InstanceId, lease.FencingToken, lease.Endpoint, lease.AcquiredAt);
            _leader = leader;
            Changes.Publish(
                new LeadershipChange(false, leader, leader.FencingToken, LeadershipChangeReason.LeaderChanged));
        }
    }

    /// <summary>While the store says nothing, a leader is known for as long as its lease lasts.</summary>
    public void ForgetLeaderWhoseLeaseRanOut()
    {
        if (_leaderSeen.Elapsed(clock) > _leaderRemaining)
            ForgetLeader();
    }

    public void ForgetLeader()
    {
        if (_leader is null)
            return;
        _leader = null;
        Changes.Publish(new LeadershipChange(false, null, null, LeadershipChangeReason.LeaderChanged));
    }
}
