namespace LeaderElection;

/// <summary>
/// Whom a store is cleaned for in this process, how often and how thoroughly. Joining and leaving cost the same however
/// many there are. Not safe to use from several threads.
/// </summary>
internal sealed class CleanupDuty
{
    private readonly List<CleanupMember> _members = [];

    /// <summary>One of them, in whose name it is done; null when there is none.</summary>
    public CleanupMember? Member => _members.Count > 0 ? _members[0] : null;

    /// <summary>Of the one that has asked for the shortest interval; null before anyone has.</summary>
    public CleanupPace? Pace { get; private set; }

    /// <summary>The longest that any of them has asked for: a deletion must not do what none of them may.</summary>
    public TimeSpan Tolerance { get; private set; }

    /// <summary>Whether the pace is another one now.</summary>
    public bool Add(CleanupMember member)
    {
        member.Place = _members.Count;
        _members.Add(member);

        var options = member.Surroundings.Options;
        if (options.ClockJumpTolerance > Tolerance)
            Tolerance = options.ClockJumpTolerance;
        if (Pace is { } pace && options.CleanupInterval >= pace.Interval)
            return false;
        Pace = new CleanupPace(options.CleanupInterval, options.JitterRange);
        return true;
    }

    /// <summary>Does nothing when it is none of them.</summary>
    public void Remove(CleanupMember member)
    {
        if (member.Place < 0)
            return;
        var last = _members[^1];
        _members[member.Place] = last;
        last.Place = member.Place;
        member.Place = -1;
        _members.RemoveAt(_members.Count - 1);
        if (_members.Count == 0)
            _members.Capacity = 0;
    }
}
