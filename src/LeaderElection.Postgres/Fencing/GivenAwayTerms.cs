using System.Collections.Concurrent;

namespace LeaderElection.Postgres;

/// <summary>
/// The terms that this process has given away, by the highest token of each election: a database that has lost a
/// release in a failover still has the row, and here nobody forgets. Safe to use from any thread.
/// </summary>
internal sealed class GivenAwayTerms
{
    private readonly ConcurrentDictionary<string, long> _tokens = new(StringComparer.Ordinal);

    public void Add(string electionName, long fencingToken) =>
        _tokens.AddOrUpdate(electionName, fencingToken, (_, known) => Math.Max(known, fencingToken));

    public bool Contains(string electionName, long fencingToken) =>
        _tokens.TryGetValue(electionName, out var token) && fencingToken <= token;
}
