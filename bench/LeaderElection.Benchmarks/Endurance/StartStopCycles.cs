using LeaderElection.Postgres;

namespace LeaderElection.Benchmarks;

/// <summary>Whole lives of electors, one after another: start, lead, work, stop. Each must lead.</summary>
internal sealed class StartStopCycles(Func<PostgresLeaseStore> newStore) : IAsyncDisposable
{
    /// <summary>One cycle of so many has a store of its own; the others share one.</summary>
    public const int CyclesPerOwnStore = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // So long that a timer forgotten by a term is still there when timers are counted.
    private static readonly LeaderElectionOptions Election = new()
    {
        ElectionName = "endurance",
        LeaseDuration = TimeSpan.FromMinutes(5),
        StoreTimeout = new PostgresLeaseOptions().DriverTimeout,
    };

    private readonly PostgresLeaseStore _shared = newStore();
    private long _lastToken;

    public int Led { get; private set; }

    public int StoresMade { get; private set; }

    public async Task RunOnceAsync(int cycle, CancellationToken cancellationToken)
    {
        if (cycle % CyclesPerOwnStore != 0)
        {
            await LeadOnceAsync(_shared, cycle, cancellationToken);
            return;
        }

        await using var own = newStore();
        StoresMade++;
        await LeadOnceAsync(own, cycle, cancellationToken);
    }

    public ValueTask DisposeAsync() => _shared.DisposeAsync();

    private async Task LeadOnceAsync(PostgresLeaseStore store, int cycle, CancellationToken cancellationToken)
    {
        var changes = 0;
        await using var elector = new LeaseElector(store, Election);
        elector.LeadershipChanged += (_, _) => changes++;
        await elector.StartAsync(cancellationToken);
        var work = elector.RunAsLeaderAsync(
            static (_, lost) => new TaskCompletionSource().Task.WaitAsync(lost), CancellationToken.None);
        var term = await elector.WaitForLeadershipAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
        var leads = elector.IsLeader && term.IsHeld && term.FencingToken > _lastToken;
        _lastToken = term.FencingToken;

        await elector.StopAsync(CancellationToken.None);
        await work;
        if (!leads || elector.IsLeader || changes == 0)
            throw new InvalidOperationException($"Cycle {cycle}: {term} was no proper term.");
        Led++;
    }
}
