using Dapper;
using LeaderElection.Lab;

namespace LeaderElection.Postgres.Tests;

/// <summary>The database's clock is stepped between renewals, on a real server under a clock of its own.</summary>
public sealed class ClockStepTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly List<(LeaseElector Elector, PostgresLeaseStore Store)> _instances = [];
    private readonly LogCollector _log = new();
    private ClockedServer? _server;

    private ClockedServer Server => _server ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync() => _server = await ClockedServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var (elector, store) in _instances)
        {
            await elector.DisposeAsync();
            await store.DisposeAsync();
        }

        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task With_the_tolerance_set_steps_of_an_hour_never_make_two_leaders()
    {
        using var count = new LeaderCount(Electors);
        await Start(3 * Hour).LeadsSoonAsync();
        Start(3 * Hour);
        Start(3 * Hour);
        var last = 0L;

        foreach (var hours in new[] { 1, -1, 1, 1, -2, 1, -1, 1 })
        {
            await Server.StepClockAsync(hours * Hour);

            // Its first look comes just after the step, when it cannot know of it.
            Start(3 * Hour);
            last = await RenewedOrTakenOverAsync();
        }

        count.SawTwo.ShouldBeFalse();
        last.ShouldBeGreaterThan(1);
        _log.Entries.ShouldContain(entry => entry.EventId == 1017);
    }

    [Fact]
    public async Task Without_it_a_step_ahead_makes_two_leaders()
    {
        // Long enough that the leader does not learn of the step by a renewal before the other one is there.
        var lease = TimeSpan.FromMinutes(1);
        using var count = new LeaderCount(Electors);
        await Start(TimeSpan.Zero, lease).LeadsSoonAsync();

        await Server.StepClockAsync(Hour);
        await Start(TimeSpan.Zero, lease).LeadsSoonAsync();

        await count.SeesTwoAsync();
    }

    private IReadOnlyList<ILeaderElector> Electors()
    {
        lock (_instances)
            return [.. _instances.Select(instance => instance.Elector)];
    }

    private LeaseElector Start(TimeSpan tolerance) => Start(tolerance, Lease);

    private LeaseElector Start(TimeSpan tolerance, TimeSpan lease)
    {
        var store = new PostgresLeaseStore(Server.Server.ConnectionString, null, _log);
        var options = new LeaderElectionOptions
        {
            LeaseDuration = lease,
            ClockJumpTolerance = tolerance,
            InstanceId = $"instance {_instances.Count}",
        };
        var elector = new LeaseElector(store, options, _log);
        lock (_instances)
            _instances.Add((elector, store));
        elector.StartAsync().GetAwaiter().GetResult();
        return elector;
    }

    /// <summary>Waits until two renewals, or a new term and a renewal of it; the token.</summary>
    private async Task<long> RenewedOrTakenOverAsync()
    {
        const string Row = "SELECT fencing_token, expires_at::text FROM leader_lease";
        await using var connection = await Server.Server.OpenAsync();
        var seen = new HashSet<(long Token, string ExpiresAt)>();
        await Eventually.SeenAsync(
            async () =>
            {
                seen.UnionWith(await connection.QueryAsync<(long Token, string ExpiresAt)>(Row));
                return seen.Count;
            },
            rows => rows >= 3);

        return seen.Max(row => row.Token);
    }
}
