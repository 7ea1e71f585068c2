using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.Tests;

public sealed class MetricsTests : IDisposable
{
    private const string Orders = "leader_election.name=orders";

    private readonly Arena _arena = new();
    private readonly Measurements _measurements;

    public MetricsTests() => _measurements = new Measurements(meter => meter == _arena.Meter);

    public void Dispose()
    {
        _measurements.Dispose();
        _arena.Meter.Dispose();
    }

    [Fact]
    public void Leading_is_one_exactly_while_the_instance_leads()
    {
        var elector = _arena.Started();
        _measurements.Read("leader_election.leading").ShouldBe([new Measured("leader_election.leading", 1, Orders)]);

        _arena.Store.Break(Fault.Hang());
        _arena.Advance(9);
        _measurements.Read("leader_election.leading").ShouldBe([new Measured("leader_election.leading", 0, Orders)]);

        _arena.Store.Heal();
        _arena.AdvanceUntil(() => elector.IsLeader, atMostSeconds: 10);
        _arena.Finish(elector.StopAsync(), atMostSeconds: 1);
        _measurements.Read("leader_election.leading").ShouldBeEmpty("a stopped elector tells nothing");
    }

    [Fact]
    public void The_remaining_lease_is_that_of_the_trust_window()
    {
        _arena.Started();
        _arena.Started("b");
        _arena.Advance(2);

        _measurements.Read("leader_election.lease.remaining").ShouldBe(
            [new Measured("leader_election.lease.remaining", 7, Orders)], "two of one election are one series");
    }

    [Fact]
    public void Every_change_is_counted_with_its_reason()
    {
        var (leader, _) = _arena.Leader();
        var follower = _arena.Started("b");
        _arena.Finish(leader.ReleaseAsync(), atMostSeconds: 1);
        _arena.AdvanceUntil(() => follower.IsLeader, atMostSeconds: 1);
        _arena.Finish(follower.StopAsync(), atMostSeconds: 1);

        var counted = _measurements.Of("leader_election.transitions").Where(measured => measured.Value > 0).ToList();
        counted.ShouldAllBe(measured => measured.Value == 1);
        counted.Select(measured => measured.Tags).ShouldContain($"{Orders}, reason=released");
        counted.Count(measured => measured.Tags == $"{Orders}, reason=acquired").ShouldBe(2);
        counted.Count(measured => measured.Tags == $"{Orders}, reason=stopped").ShouldBe(1);
        counted.ShouldContain(measured => measured.Tags == $"{Orders}, reason=leader_changed");
    }

    [Fact]
    public void Counters_begin_at_zero_so_that_the_first_event_is_an_increase()
    {
        _arena.Started();

        _measurements.Of("leader_election.transitions").Where(measured => measured.Value == 0)
            .Select(measured => measured.Tags).ShouldBe(
                "leader_changed acquired released stopped expired superseded".Split(' ')
                    .Select(reason => $"{Orders}, reason={reason}"));
        _measurements.Of("leader_election.store.clock_jumps").ShouldBe(
            [new Measured("leader_election.store.clock_jumps", 0, Orders)]);
    }

    [Fact]
    public void Attempts_are_measured_with_operation_and_outcome()
    {
        var (leader, _) = _arena.Leader();
        _arena.Started("b");
        _arena.Store.Next(StoreOperation.Renew, Fault.AnswerLate(TimeSpan.FromMilliseconds(250)), Fault.Hang());
        _arena.Advance(7);
        _arena.Finish(leader.StopAsync(), atMostSeconds: 1);

        var attempts = _measurements.Of("leader_election.attempt.duration");
        attempts.ShouldContain(new Measured(
            "leader_election.attempt.duration", 0, $"{Orders}, operation=acquire, outcome=granted"));
        attempts.ShouldContain(new Measured(
            "leader_election.attempt.duration", 0, $"{Orders}, operation=acquire, outcome=held_by_another"));
        attempts.ShouldContain(new Measured(
            "leader_election.attempt.duration", 0.25, $"{Orders}, operation=renew, outcome=granted"));
        attempts.ShouldContain(new Measured(
            "leader_election.attempt.duration", 1.5, $"{Orders}, operation=renew, outcome=unknown"));
        attempts.ShouldContain(new Measured(
            "leader_election.attempt.duration", 0, $"{Orders}, operation=release, outcome=released"));
    }

    [Fact]
    public void An_instance_that_sits_out_reads()
    {
        var (leader, _) = _arena.Leader();
        _arena.Finish(leader.ReleaseAsync(), atMostSeconds: 1);
        _arena.Advance(1);

        _measurements.Of("leader_election.attempt.duration").ShouldContain(
            measured => measured.Tags == $"{Orders}, operation=read, outcome=held_by_another");
    }

    [Fact]
    public void Leaderless_time_is_from_one_leader_to_the_next()
    {
        var (leader, _) = _arena.Leader();
        _measurements.Of("leader_election.leaderless.duration").ShouldBeEmpty("a start is no failover");

        _arena.Store.Break(Fault.Throw());
        _arena.AdvanceUntil(() => !leader.IsLeader, atMostSeconds: 10);
        var lost = _arena.Clock.Elapsed;
        _arena.Advance(20);
        _arena.Store.Heal();
        _arena.AdvanceUntil(() => leader.IsLeader, atMostSeconds: 10);

        var leaderless = _measurements.Of("leader_election.leaderless.duration").ShouldHaveSingleItem();
        leaderless.Tags.ShouldBe(Orders);
        leaderless.Value.ShouldBe((_arena.Clock.Elapsed - lost).TotalSeconds, tolerance: 0.02);
    }

    [Fact]
    public void A_leader_that_dies_is_missed_from_the_end_of_its_lease()
    {
        _arena.Usurp("doomed");
        var (heir, watcher) = (_arena.Started("heir"), _arena.Started("watcher", random: 0.9));
        _arena.AdvanceUntil(() => heir.IsLeader, atMostSeconds: 11);
        var gap = _arena.Clock.Elapsed - TimeSpan.FromSeconds(10);
        _arena.AdvanceUntil(() => watcher.Leader?.InstanceId == "heir", atMostSeconds: 1);

        var leaderless = _measurements.Of("leader_election.leaderless.duration");
        leaderless.Count.ShouldBe(2, "the heir and the watcher each measure it");
        leaderless.ShouldAllBe(measured => measured.Value > 0 && measured.Value < 0.06);
        leaderless[0].Value.ShouldBe(gap.TotalSeconds, tolerance: 0.011);
    }

    [Fact]
    public void A_leader_that_stops_is_missed_from_when_it_said_so()
    {
        var (leader, _) = _arena.Leader();
        var (heir, watcher) = (_arena.Started("heir"), _arena.Started("watcher", random: 0.9));

        _arena.Finish(leader.StopAsync(), atMostSeconds: 1);
        _arena.AdvanceUntil(() => heir.IsLeader && watcher.Leader?.InstanceId == "heir", atMostSeconds: 1);

        var leaderless = _measurements.Of("leader_election.leaderless.duration");
        leaderless.Count.ShouldBe(2);
        leaderless.ShouldAllBe(measured => measured.Value < 0.01, "not what was left of the lease");
    }

    [Fact]
    public void A_step_down_counts_as_leaderless_from_its_beginning()
    {
        var (leader, term) = _arena.Leader();
        var work = leader.RunAsLeaderAsync(
            (_, _) => _arena.Clock.After(TimeSpan.FromSeconds(5)), CancellationToken.None);
        var release = leader.ReleaseAsync();
        _arena.Finish(release, atMostSeconds: 6);
        _arena.AdvanceUntil(() => leader.IsLeader, atMostSeconds: 15, "the cool-down is over");

        _measurements.Of("leader_election.leaderless.duration").ShouldHaveSingleItem()
            .Value.ShouldBeGreaterThan(14, "five seconds of draining, ten of cool-down");
        term.IsHeld.ShouldBeFalse();
        _ = work;
    }

    [Fact]
    public void Histograms_advise_buckets_for_seconds()
    {
        var instruments = new ElectionInstruments(_arena.Meter, _arena.Spans);

        instruments.AttemptDuration.Advice!.HistogramBucketBoundaries!.ShouldContain(0.5);
        instruments.LeaderlessDuration.Advice!.HistogramBucketBoundaries!.ShouldContain(0.05);
    }

    [Fact]
    public void A_listener_that_throws_harms_nothing()
    {
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Meter == _arena.Meter)
                meters.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("broken"));
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("broken"));
        listener.Start();

        var (elector, term) = _arena.Leader();
        _arena.Advance(60);

        elector.Current.ShouldBeSameAs(term);
        _arena.Logs.Count(1015).ShouldBe(0);
    }

    [Fact]
    public async Task In_a_container_the_meter_is_made_by_its_factory()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection("billing").UseInMemory();
        using var host = builder.Build();
        var meter = host.Services.GetRequiredService<IMeterFactory>().Create("LeaderElection");
        using var measurements = new Measurements(candidate => candidate == meter);

        await host.StartAsync(TestContext.Current.CancellationToken);
        var elector = host.Services.GetRequiredService<ILeaderElector>();
        await elector.WaitForLeadershipAsync(TestContext.Current.CancellationToken);

        measurements.Read("leader_election.leading").ShouldBe(
            [new Measured("leader_election.leading", 1, "leader_election.name=billing")]);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}
