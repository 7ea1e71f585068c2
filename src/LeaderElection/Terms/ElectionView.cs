namespace LeaderElection;

/// <summary>
/// What one instance knows of its election: its own term, who leads, and every change of that. Written by the loop,
/// read by anyone.
/// </summary>
internal sealed class ElectionView(
    LeaderElectionOptions options, ElectionTelemetry telemetry, StandbyLog standby, TimeProvider clock)
{
    // What leaving a term takes at the most, and one time limit more.
    private readonly TimeSpan _longestLeave = options.SafetyMargin + 2 * options.StoreTimeout;

    private volatile Leadership? _term;
    private volatile LeaderSighting? _lastSeen;

    // Used by the loop alone.
    private readonly LeaderlessTime _leaderless = new(clock);
    private long? _ownToken;

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
            return _lastSeen?.PastEnd(clock) is { } pastEnd ? Max(-pastEnd, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Whether a term that nobody stepped down from should have been left by now.</summary>
    public bool IsOverdue =>
        _term is { EndReason: null or LeadershipChangeReason.Expired } term && term.Window.PastEnd > _longestLeave;

    public void Begin(Leadership term, Uri? endpoint)
    {
        var self = new LeaderInfo(term.InstanceId, term.FencingToken, endpoint, term.AcquiredAt);
        var before = _lastSeen;
        _ownToken = term.FencingToken;
        _lastSeen = new LeaderSighting(self, Moment.Now(clock), TimeSpan.Zero);
        _term = term;
        Tell(new LeadershipChange(true, self, term.FencingToken, LeadershipChangeReason.Acquired));
        telemetry.LeaderKnownAgain(_leaderless.End(before));
    }

    /// <summary>Tells of the end of a term.</summary>
    /// <param name="term">The term.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="since">When it did: a step-down may have taken its time since.</param>
    public void TellEnd(Leadership term, LeadershipChangeReason reason, Moment since)
    {
        _lastSeen = null;
        _leaderless.Began(since);
        Tell(new LeadershipChange(false, null, term.FencingToken, reason));
    }

    /// <summary>Nothing of the term is left to do.</summary>
    public void Leave() => _term = null;

    /// <summary>Somebody may have taken the lease or given it away.</summary>
    public void NoteHint() => _leaderless.Hinted();

    public void NoteLeader(Lease lease)
    {
        // A row that this instance has left to run out: nobody leads.
        if (lease.FencingToken == _ownToken)
        {
            ForgetLeader();
            return;
        }

        var before = _lastSeen;
        if (lease.FencingToken == before?.Leader.FencingToken)
        {
            _lastSeen = before with { At = Moment.Now(clock), Remaining = lease.Remaining };
            return;
        }

        var leader = new LeaderInfo(lease.InstanceId, lease.FencingToken, lease.Endpoint, lease.AcquiredAt);
        _lastSeen = new LeaderSighting(leader, Moment.Now(clock), lease.Remaining);
        Tell(new LeadershipChange(false, leader, leader.FencingToken, LeadershipChangeReason.LeaderChanged));
        standby.Follows(leader);
        telemetry.LeaderKnownAgain(_leaderless.End(before));
    }

    /// <summary>While the store says nothing, a leader is known for as long as its lease lasts.</summary>
    public void ForgetLeaderWhoseLeaseRanOut()
    {
        if (_lastSeen?.PastEnd(clock) > TimeSpan.Zero)
            ForgetLeader();
    }

    public void ForgetLeader()
    {
        if (_lastSeen is null)
            return;
        _lastSeen = null;
        _leaderless.Began(Moment.Now(clock));
        Tell(new LeadershipChange(false, null, null, LeadershipChangeReason.LeaderChanged));
    }

    private void Tell(LeadershipChange change)
    {
        Changes.Publish(change);
        telemetry.Changed(change);
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
