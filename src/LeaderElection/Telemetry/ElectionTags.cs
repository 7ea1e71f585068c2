namespace LeaderElection;

/// <summary>
/// What metrics call each election. First come, first named, for good: a counter never moves from one series to
/// another, so none jumps and nothing is counted twice; and names that come and go make a bounded number of series.
/// </summary>
internal sealed class ElectionTags(LeaderElectionMetricsOptions options)
{
    private readonly int _limit = options.MaxElectionNames;

    // Guards the set.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    /// <summary>Null leaves the tag out.</summary>
    public string? Of(string electionName)
    {
        var tag = options.GroupOf(electionName);
        if (tag is null || _limit == int.MaxValue)
            return tag;

        lock (_gate)
        {
            if (_given.Count < _limit)
                _given.Add(tag);
            return _given.Contains(tag) ? tag : null;
        }
    }
}
