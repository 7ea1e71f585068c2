using LeaderElection.Postgres;

namespace LeaderElection.Benchmarks;

/// <summary>Several elections on one store, a leader and two followers each; a short lease, so that there are many
/// renewals.</summary>
internal sealed class RenewingElections : IAsyncDisposable
{
    public const int Elections = 5;
    public const int ElectorsEach = 3;
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PostgresLeaseStore _store;
    private readonly CountingStore _counting;
    private readonly List<LeaseElector> _electors = [];
    private int _nextToHandOver;

    private RenewingElections(PostgresLeaseStore store)
    {
        _store = store;
        _counting = new CountingStore(store);
    }

    public long Renewals => _counting.Renewals;

    public long Terms => _counting.Terms;

    public int HandOvers { get; private set; }

    public static async Task<RenewingElections> StartAsync(
        PostgresLeaseStore store, CancellationToken cancellationToken)
    {
        var elections = new RenewingElections(store);
        for (var number = 0; number < Elections * ElectorsEach; number++)
        {
            var elector = new LeaseElector(
                elections._counting,
                new LeaderElectionOptions { ElectionName = $"election {number % Elections}", LeaseDuration = Lease });
            elections._electors.Add(elector);
            await elector.StartAsync(cancellationToken);
        }

        return elections;
    }

    /// <summary>The leader of one election, each in turn, steps down and stays in the race.</summary>
    public async Task HandOverNextAsync(CancellationToken cancellationToken)
    {
        var electionName = $"election {_nextToHandOver++ % Elections}";
        var contenders = _electors.Where(elector => elector.ElectionName == electionName).ToList();
        var leader = await AnyLeaderAsync(contenders, cancellationToken);
        await leader.ReleaseAsync(cancellationToken);
        await AnyLeaderAsync(contenders, cancellationToken);
        HandOvers++;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_electors.Select(elector => elector.StopAsync()));
        await _store.DisposeAsync();
    }

    // What the losers wait with is ended at once: it would be left on the electors, and be what grows.
    private static async Task<LeaseElector> AnyLeaderAsync(
        List<LeaseElector> contenders, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(Patience);
        var waits = contenders.ToDictionary(elector => (Task)elector.WaitForLeadershipAsync(enough.Token));
        var first = await Task.WhenAny(waits.Keys);
        await enough.CancelAsync();
        await first;
        return waits[first];
    }
}
