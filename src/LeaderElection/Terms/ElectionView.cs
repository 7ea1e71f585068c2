namespace LeaderElection;

/// <summary>
/// What one instance knows of its election: its own term, who leads, and every change of that. Written by the elector's
/// loop, read by anyone.
/// </summary>
/// <param name="longestLeave">What leaving a term takes at the most, and some time more.</param>
/// <param name="telemetry">Told of every change.</param>
/// <param name="standby">Says whom this instance stands by for.</param>
/// <param name="clock">This machine's clock.</param>
internal sealed class ElectionView(
    TimeSpan longestLeave, ElectionTelemetry telemetry, StandbyLog standby, TimeProvider clock)
{
    // The term in progress and what users see of it: one field, so that nobody sees one without the other.
    private volatile Held? _held;
    private volatile Sighting? _lastSeen;

    // Used by the loop alone.
    private readonly LeaderlessTime _leaderless = new(clock);
    private long? _ownToken;
    private Term? _toldEndOf;

    public ChangeFeed<LeadershipChange> Changes { get; } = new(
        action => OffLoop.Run(clock, action), new LeadershipChange { Reason = LeadershipChangeReason.None });

    public bool IsLeader => _held is { } held && held.Term.IsHeld;

    /// <summary>The term held now, as users see it; null when none is, or has no such face.</summary>
    public Leadership? Current => _held is { } held && held.Term.IsHeld ? held.Face : null;

    /// <summary>The term held or being stepped down from.</summary>
    public Term? TermInProgress => _held?.Term;

    public LeaderInfo? Leader
    {
        get
        {
            var leader = _lastSeen?.Leader;
            var isPastSelf = TermInProgress is { IsHeld: false } term && term.FencingToken == leader?.FencingToken;
            return isPastSelf ? null : leader;
        }
    }

    /// <summary>How long this instance leads without a renewal; null while it does not lead.</summary>
    public TimeSpan? LeadsFor => TermInProgress is { IsHeld: true } term ? term.Remaining : null;

    /// <summary>What is left of the term held, or of the leader's time as last seen; null when nobody is known to
    /// lead.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (_held is not null)
                return LeadsFor;
            return _lastSeen?.PastEnd(clock) is { } pastEnd ? Max(-pastEnd, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Whether a term that nobody stepped down from should have been left by now.</summary>
    public bool IsOverdue =>
        TermInProgress is { EndReason: null or LeadershipChangeReason.Expired } term
        && term.Window.PastEnd > longestLeave;

    /// <summary>This instance leads.</summary>
    /// <param name="term">Its term.</param>
    /// <param name="face">What users see of the term; null where they see none.</param>
    /// <param name="self">What is told of it.</param>
    public void Begin(Term term, Leadership? face, LeaderInfo self)
    {
        var before = _lastSeen;
        _ownToken = term.FencingToken;
        _lastSeen = new Sighting(self, Moment.Now(clock), TimeSpan.Zero);
        _held = new Held(term, face);
        Tell(isLeader: true, self, term.FencingToken, LeadershipChangeReason.Acquired);
        telemetry.LeaderKnownAgain(_leaderless.End(before));
    }

    /// <summary>Tells of the end of a term.</summary>
    /// <param name="term">The term.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="since">When it did: a step-down may have taken its time since.</param>
    /// <returns>False when it was told before, or the term never began.</returns>
    public bool TryTellEnd(Term term, LeadershipChangeReason reason, Moment since)
    {
        if (_toldEndOf == term || TermInProgress != term)
            return false;
        _toldEndOf = term;
        _lastSeen = null;
        _leaderless.Began(since);
        Tell(isLeader: false, null, term.FencingToken, reason);
        return true;
    }

    /// <summary>Nothing of the term is left to do.</summary>
    public void Leave() => _held = null;

    /// <summary>The leadership may have changed hands.</summary>
    public void NoteHint() => _leaderless.Hinted();

    /// <summary>Somebody else leads, or this instance by what it has left behind.</summary>
    /// <param name="leader">Who.</param>
    /// <param name="remaining">For how long without a renewal.</param>
    public void NoteLeader(LeaderInfo leader, TimeSpan remaining)
    {
        // A term that this instance has left to run out: nobody leads.
        if (leader.FencingToken == _ownToken)
        {
            ForgetLeader();
            return;
        }

        var before = _lastSeen;
        if (leader.FencingToken == before?.Leader.FencingToken)
        {
            _lastSeen = before with { At = Moment.Now(clock), Remaining = remaining };
            return;
        }

        _lastSeen = new Sighting(leader, Moment.Now(clock), remaining);
        Tell(isLeader: false, leader, leader.FencingToken, LeadershipChangeReason.LeaderChanged);
        standby.Follows(leader);
        telemetry.LeaderKnownAgain(_leaderless.End(before));
    }

    /// <summary>While nobody says anything, a leader is known for as long as its time lasts.</summary>
    public void ForgetLeaderWhoseTimeRanOut()
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
        Tell(isLeader: false, null, null, LeadershipChangeReason.LeaderChanged);
    }

    private void Tell(bool isLeader, LeaderInfo? leader, long? fencingToken, LeadershipChangeReason reason)
    {
        var change = new LeadershipChange
        {
            IsLeader = isLeader,
            Leader = leader,
            FencingToken = fencingToken,
            Reason = reason,
        };
        Changes.Publish(change);
        telemetry.Changed(change);
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private sealed record Held(Term Term, Leadership? Face);
}
