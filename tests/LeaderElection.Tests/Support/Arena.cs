using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LeaderElection.Tests;

/// <summary>
/// A clock, a store and the electors of one election: lease 10 s, trusted for 9 s, renewed every 3 s, 1.5 s for an
/// attempt, all without jitter.
/// </summary>
public sealed class Arena
{
    /// <summary>For waits on other threads, that a test which hangs fails.</summary>
    public static readonly TimeSpan RealTimeLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly List<(string InstanceId, LeadershipChange Change)> _history = [];

    public Arena(ManualClock? clock = null)
    {
        Clock = clock ?? new ManualClock();
        Store = new ScriptedStore(Clock);
        Instruments = new ElectionInstruments(Meter, Spans);
        SynchronizationContext.SetSynchronizationContext(null);
    }

    public ManualClock Clock { get; }

    public ScriptedStore Store { get; }

    public LogCollector Logs { get; } = new();

    /// <summary>What the candidates measure with, and nobody else.</summary>
    public Meter Meter { get; } = new(ElectionInstruments.Name);

    /// <inheritdoc cref="Meter"/>
    public ActivitySource Spans { get; } = new(ElectionInstruments.Name);

    /// <summary>What the handlers of every candidate were told, in order.</summary>
    public IReadOnlyList<(string InstanceId, LeadershipChange Change)> History => _history;

    private ElectionInstruments Instruments { get; }

    public static LeaderElectionOptions Options(string instanceId, Action<LeaderElectionOptions>? configure = null)
    {
        var options = new LeaderElectionOptions { ElectionName = "orders", InstanceId = instanceId };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>An elector that is not started.</summary>
    public LeaseElector Candidate(
        string instanceId = "a", Action<LeaderElectionOptions>? configure = null, ManualClock? clock = null,
        double random = 0.5)
    {
        var elector = new LeaseElector(
            Store, Options(instanceId, configure), Logs, clock ?? Clock, new SteadyRandom(random), Instruments);
        elector.LeadershipChanged += (_, change) => _history.Add(
            (instanceId, new LeadershipChange
            {
                IsLeader = change.IsLeader,
                Leader = change.Leader,
                FencingToken = change.FencingToken,
                Reason = change.Reason,
            }));
        return elector;
    }

    /// <summary>An elector that has made its first attempt.</summary>
    public LeaseElector Started(
        string instanceId = "a", Action<LeaderElectionOptions>? configure = null, ManualClock? clock = null,
        double random = 0.5)
    {
        var elector = Candidate(instanceId, configure, clock, random);
        Finish(elector.StartAsync());
        (clock ?? Clock).Settle();
        return elector;
    }

    /// <summary>An elector that leads, and its term.</summary>
    public (LeaseElector Elector, Leadership Term) Leader(
        string instanceId = "a", Action<LeaderElectionOptions>? configure = null, ManualClock? clock = null)
    {
        var elector = Started(instanceId, configure, clock);
        return (elector, elector.Current.ShouldNotBeNull());
    }

    public void Advance(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Advances in small steps until the condition holds; says how long that took.</summary>
    public TimeSpan AdvanceUntil(Func<bool> condition, double atMostSeconds, string? because = null)
    {
        var began = Clock.Elapsed;
        Clock.Settle();
        while (!condition())
        {
            var passed = Clock.Elapsed - began;
            passed.ShouldBeLessThan(TimeSpan.FromSeconds(atMostSeconds), because ?? "it should have happened by now");
            Clock.Advance(Step);
        }

        return Clock.Elapsed - began;
    }

    /// <summary>Advances until the task has ended, and throws what it threw.</summary>
    public TimeSpan Finish(Task task, double atMostSeconds = 0)
    {
        var took = AdvanceUntil(() => task.IsCompleted, atMostSeconds, "the task should have ended by now");
        task.GetAwaiter().GetResult();
        return took;
    }

    /// <inheritdoc cref="Finish(Task, double)"/>
    public T Result<T>(Task<T> task, double atMostSeconds = 0)
    {
        Finish(task, atMostSeconds);
        return task.GetAwaiter().GetResult();
    }

    public Lease? Row() => Store.Leases.ReadAsync("orders", CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Somebody else takes the lease of whoever holds it, as no well-behaved instance does.</summary>
    public Lease Usurp(string instanceId = "usurper", double leaseSeconds = 10)
    {
        if (Row() is { } row)
            Finish(Store.Leases.ReleaseAsync("orders", row.FencingToken, CancellationToken.None));
        var claim = Claims.Of("orders", instanceId, TimeSpan.FromSeconds(leaseSeconds));
        return Result(Store.Leases.AcquireAsync(claim, CancellationToken.None)).Lease.ShouldNotBeNull();
    }
}
