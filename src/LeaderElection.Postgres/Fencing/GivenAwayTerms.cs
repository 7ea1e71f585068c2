namespace LeaderElection.Postgres;

/// <summary>
/// The terms that this process has given away: a database that has lost a release in a failover still has the row, and
/// here nobody forgets before that row has run out, too. Safe to use from any thread.
/// </summary>
/// <remarks>
/// The row that comes back lasts no longer than one lease from the release, for nobody renews it; twice the longest
/// lease, and a minute for a standby whose clock is behind, is kept. So there are never more than were given away in
/// that time, however many elections come and go.
/// </remarks>
internal sealed class GivenAwayTerms(TimeProvider clock)
{
    // What options allow: where no lease was asked for, its length is not known.
    private static readonly TimeSpan LongestLeaseAllowed = TimeSpan.FromDays(1);
    private static readonly TimeSpan ForClocksThatDiffer = TimeSpan.FromMinutes(1);

    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _tokens = new(StringComparer.Ordinal);
    private readonly Queue<GivenAway> _inOrder = [];
    private TimeSpan? _longestLease;

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _inOrder.Count;
        }
    }

    /// <summary>A lease of that length may be granted or renewed.</summary>
    public void NoteLease(TimeSpan duration)
    {
        lock (_gate)
            _longestLease = duration < _longestLease ? _longestLease : duration;
    }

    public void Add(string electionName, long fencingToken)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_tokens.TryGetValue(electionName, out var known) && known >= fencingToken)
                return;
            _tokens[electionName] = fencingToken;
            _inOrder.Enqueue(new GivenAway(electionName, fencingToken, clock.GetTimestamp()));
        }
    }

    public bool Contains(string electionName, long fencingToken)
    {
        lock (_gate)
            return _tokens.TryGetValue(electionName, out var token) && fencingToken <= token;
    }

    /// <summary>Forgets those whose row cannot come back any more.</summary>
    public void Tidy()
    {
        lock (_gate)
            ForgetOld();
    }

    private void ForgetOld()
    {
        var kept = (2 * (_longestLease ?? LongestLeaseAllowed)) + ForClocksThatDiffer;
        while (_inOrder.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At) > kept)
        {
            _inOrder.Dequeue();
            var isLatest = _tokens.TryGetValue(oldest.ElectionName, out var token) && token == oldest.FencingToken;
            if (isLatest)
                _tokens.Remove(oldest.ElectionName);
        }
    }

    private readonly record struct GivenAway(string ElectionName, long FencingToken, long At);
}
