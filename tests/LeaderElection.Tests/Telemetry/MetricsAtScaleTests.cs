using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeaderElection.Tests;

/// <summary>What thousands of elections cost those who collect metrics: a bounded number of series.</summary>
public sealed class MetricsAtScaleTests : IDisposable
{
    private static readonly ActivitySource Spans = new(ElectionInstruments.Name);

    private readonly Meter _meter = new(ElectionInstruments.Name);
    private readonly Measurements _measurements;
    private readonly LeaderElectionMetricsOptions _options = new();
    private readonly ManualClock _clock = new();

    public MetricsAtScaleTests() => _measurements = new Measurements(meter => meter == _meter);

    public void Dispose()
    {
        _measurements.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void The_first_hundred_have_a_name_and_those_after_them_are_measured_together()
    {
        var instruments = Instruments();
        foreach (var number in Enumerable.Range(1, 250))
            Observe(instruments, $"tenant-{number}", leadsFor: number % 2 == 0 ? TimeSpan.FromSeconds(number) : null);

        var leading = _measurements.Read("leader_election.leading");
        leading.Count.ShouldBe(101);
        leading.ShouldContain(new Measured("leader_election.leading", 0, Named("tenant-99")));
        leading.ShouldContain(new Measured("leader_election.leading", 1, Named("tenant-100")));
        leading.ShouldContain(new Measured("leader_election.leading", 75, ""));
        leading.Sum(measured => measured.Value).ShouldBe(125);
        var remaining = _measurements.Read("leader_election.lease.remaining");
        remaining.ShouldContain(new Measured("leader_election.lease.remaining", 100, Named("tenant-100")));
        remaining.ShouldContain(new Measured("leader_election.lease.remaining", 102, ""), "that is lost first");
        _measurements.Read("leader_election.elections").ShouldBe([new Measured("leader_election.elections", 250, "")]);
        _measurements.Of("leader_election.work.failures").Select(measured => measured.Tags).Distinct().Count()
            .ShouldBe(101);
    }

    [Fact]
    public void Of_those_measured_together_none_led_is_zero()
    {
        _options.MaxElectionNames = 0;
        Observe(Instruments(), "tenant-1", leadsFor: null);

        _measurements.Read("leader_election.leading").ShouldBe([new Measured("leader_election.leading", 0, "")]);
        _measurements.Read("leader_election.lease.remaining")
            .ShouldBe([new Measured("leader_election.lease.remaining", 0, "")]);
    }

    /// <summary>Else a counter would begin anew in another series, and what it had counted would be there twice or not
    /// at all.</summary>
    [Fact]
    public void An_election_keeps_its_series_however_many_come()
    {
        var instruments = Instruments();
        var first = Observe(instruments, "billing", leadsFor: null);
        first.WorkFailed();
        foreach (var number in Enumerable.Range(1, 200))
            Observe(instruments, $"tenant-{number}", leadsFor: null).WorkFailed();
        first.WorkFailed();

        var failures = _measurements.Of("leader_election.work.failures").Where(measured => measured.Value > 0).ToList();
        failures.Count(measured => measured.Tags == Named("billing")).ShouldBe(2);
        failures.Count(measured => measured.Tags.Length == 0).ShouldBe(101);
        failures.Count.ShouldBe(202, "each failure is counted once");
    }

    [Fact]
    public void Names_that_come_and_go_make_no_more_series_than_names_that_stay()
    {
        var instruments = Instruments();
        foreach (var number in Enumerable.Range(1, 5000))
        {
            var telemetry = Telemetry(instruments, $"tenant-{number}");
            using var observed = telemetry.Observe(() => null);
            telemetry.WorkFailed();
        }

        _measurements.Read("leader_election.leading").ShouldBeEmpty("none is left");
        _measurements.Of("leader_election.work.failures").Select(measured => measured.Tags).Distinct().Count()
            .ShouldBe(101);
        Observe(instruments, "tenant-7", leadsFor: null);
        _measurements.Read("leader_election.leading").Single().Tags.ShouldBe(Named("tenant-7"), "its series is there");
    }

    [Fact]
    public void Elections_can_be_measured_together_by_a_part_of_their_name()
    {
        _options.GroupElectionsBy = name => name.Split('-')[0];
        var instruments = Instruments();
        foreach (var number in Enumerable.Range(1, 500))
            Observe(instruments, $"tenant-{number}", leadsFor: TimeSpan.FromSeconds(number));
        Observe(instruments, "billing", leadsFor: TimeSpan.FromSeconds(9));

        _measurements.Read("leader_election.leading").ShouldBe(
        [
            new Measured("leader_election.leading", 500, Named("tenant")),
            new Measured("leader_election.leading", 1, Named("billing")),
        ]);
        _measurements.Read("leader_election.lease.remaining").Select(measured => measured.Value).ShouldBe([1, 9]);
    }

    [Fact]
    public void A_grouping_that_throws_or_makes_nothing_leaves_the_name_out()
    {
        _options.GroupElectionsBy = name => name == "nothing" ? null : throw new FormatException("broken");
        var instruments = Instruments();

        Observe(instruments, "nothing", leadsFor: null);
        Observe(instruments, "broken", leadsFor: TimeSpan.FromSeconds(1));

        _measurements.Read("leader_election.leading").ShouldBe([new Measured("leader_election.leading", 1, "")]);
    }

    [Fact]
    public void All_can_be_named()
    {
        _options.MaxElectionNames = int.MaxValue;
        var instruments = Instruments();
        foreach (var number in Enumerable.Range(1, 1000))
            Observe(instruments, $"tenant-{number}", leadsFor: null);

        _measurements.Read("leader_election.leading").Count.ShouldBe(1000);
    }

    [Fact]
    public async Task In_a_container_the_options_are_those_that_the_app_configures()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLeaderElection("billing").UseInMemory();
        builder.Services.Configure<LeaderElectionMetricsOptions>(options => options.MaxElectionNames = 0);
        using var host = builder.Build();
        var meter = host.Services.GetRequiredService<IMeterFactory>().Create("LeaderElection");
        using var measurements = new Measurements(candidate => candidate == meter);

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<ILeaderElector>().WaitForLeadershipAsync()
            .WaitAsync(Arena.RealTimeLimit);

        measurements.Read("leader_election.leading").ShouldBe([new Measured("leader_election.leading", 1, "")]);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_negative_limit_keeps_the_host_from_starting()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLeaderElection().UseInMemory();
        builder.Services.Configure<LeaderElectionMetricsOptions>(options => options.MaxElectionNames = -1);
        using var host = builder.Build();

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync()))
            .Message.ShouldContain("MaxElectionNames is -1; it must not be negative");
    }

    private static string Named(string election) => $"leader_election.name={election}";

    private ElectionInstruments Instruments() => new(_meter, Spans, _options);

    private ElectionTelemetry Telemetry(ElectionInstruments instruments, string election) =>
        new(instruments, election, _clock, run => run());

    private ElectionTelemetry Observe(ElectionInstruments instruments, string election, TimeSpan? leadsFor)
    {
        var telemetry = Telemetry(instruments, election);
        telemetry.Observe(() => leadsFor);
        return telemetry;
    }
}
