namespace LeaderElection.AspNetCore;

/// <summary>The last terms of one election, oldest first. One writer, any number of readers.</summary>
internal sealed class TermHistory
{
    public const int Capacity = 100;

    // Replaced, never changed: a reader keeps what it has.
    private volatile ObservedTerm[] _terms = [];

    public IReadOnlyList<ObservedTerm> Terms => _terms;

    /// <param name="change">What the elector told.</param>
    /// <param name="now">On this process's clock.</param>
    public void Note(LeadershipChange change, DateTimeOffset now)
    {
        var terms = new List<ObservedTerm>(_terms);
        if (change.Leader is { } leader)
            Begin(terms, leader, change.IsLeader, now);
        else
            EndLast(terms, change, now);
        _terms = [.. terms.TakeLast(Capacity)];
    }

    private static void Begin(List<ObservedTerm> terms, LeaderInfo leader, bool isSelf, DateTimeOffset now)
    {
        // A follower that lost sight of the store forgets the leader, and may meet the same term again.
        if (terms.Count > 0 && terms[^1].FencingToken == leader.FencingToken)
        {
            terms[^1] = terms[^1] with { To = null, EndedBy = null };
            return;
        }

        End(terms, now, endedBy: null);
        terms.Add(new ObservedTerm(leader.InstanceId, leader.FencingToken, now, To: null, EndedBy: null, isSelf));
    }

    private static void EndLast(List<ObservedTerm> terms, LeadershipChange change, DateTimeOffset now)
    {
        var isAboutOwnTerm = change.Reason != LeadershipChangeReason.LeaderChanged
            && terms.Count > 0 && terms[^1].FencingToken == change.FencingToken;
        End(terms, now, isAboutOwnTerm ? change.Reason : null);
    }

    private static void End(List<ObservedTerm> terms, DateTimeOffset now, LeadershipChangeReason? endedBy)
    {
        if (terms.Count == 0 || terms[^1].To is not null)
            return;

        // The clock may have been set back since.
        var last = terms[^1];
        terms[^1] = last with { To = now > last.From ? now : last.From, EndedBy = endedBy };
    }
}
