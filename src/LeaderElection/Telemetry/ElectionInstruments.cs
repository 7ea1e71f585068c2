using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LeaderElection;

/// <summary>
/// The instruments of one meter and what they call the elections: one for each container that makes meters, and one for
/// electors made without. With the source of spans, which is the same for all.
/// </summary>
internal sealed class ElectionInstruments
{
    /// <summary>Of the meter and of the source of spans.</summary>
    public const string Name = "LeaderElection";
    public const string ElectionTag = "leader_election.name";

    private static readonly ActivitySource SpansOfTheProcess = new(Name);
    private static readonly Lazy<ElectionInstruments> OfTheProcess = new(() => new(new Meter(Name), SpansOfTheProcess));

    public ElectionInstruments(Meter meter, ActivitySource spans, LeaderElectionMetricsOptions? options = null)
    {
        Spans = spans;
        Tags = new ElectionTags(options ?? new LeaderElectionMetricsOptions());
        Transitions = meter.CreateCounter<long>(
            "leader_election.transitions", "{transition}", "Changes of what an instance knows of its election.");
        AttemptDuration = meter.CreateHistogram<double>(
            "leader_election.attempt.duration", "s", "How long an attempt against the store took.",
            tags: null, Buckets([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]));
        LeaderlessDuration = meter.CreateHistogram<double>(
            "leader_election.leaderless.duration", "s",
            "How long an instance knew of no leader, from one leader to the next.",
            tags: null, Buckets([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]));
        ClockJumps = meter.CreateCounter<long>(
            "leader_election.store.clock_jumps", "{jump}",
            "Jumps of the store's clock that a leader noticed between two renewals.");
        WorkFailures = meter.CreateCounter<long>(
            "leader_election.work.failures", "{failure}", "Work that threw while its instance led.");
        meter.CreateObservableGauge(
            "leader_election.leading", Gauges.Leading, "{leader}", "How many of its elections this instance leads.");
        meter.CreateObservableGauge(
            "leader_election.lease.remaining", Gauges.Remaining, "s",
            "How long this instance leads if no renewal succeeds from now on; 0 while it does not lead.");
        meter.CreateObservableGauge(
            "leader_election.elections", () => Gauges.Count, "{election}",
            "How many elections this instance takes part in.");
    }

    /// <summary>For electors that no container makes.</summary>
    public static ElectionInstruments Shared => OfTheProcess.Value;

    /// <summary>Of the meter that a factory makes and owns; the shared ones without a factory.</summary>
    public static ElectionInstruments Of(IMeterFactory? factory, LeaderElectionMetricsOptions options) =>
        factory is null
            ? Shared
            : new ElectionInstruments(factory.Create(new MeterOptions(Name)), SpansOfTheProcess, options);

    public ActivitySource Spans { get; }

    public ElectionTags Tags { get; }

    public ElectionGauges Gauges { get; } = new();

    public Counter<long> Transitions { get; }

    public Histogram<double> AttemptDuration { get; }

    public Histogram<double> LeaderlessDuration { get; }

    public Counter<long> ClockJumps { get; }

    public Counter<long> WorkFailures { get; }

    /// <summary>Those of a measurement.</summary>
    /// <param name="election">What metrics call the election; null leaves that out.</param>
    /// <param name="further">Beside the election.</param>
    public static TagList TagsOf(string? election, params ReadOnlySpan<(string Key, string Value)> further)
    {
        var tags = new TagList();
        if (election is not null)
            tags.Add(ElectionTag, election);
        foreach (var (key, value) in further)
            tags.Add(key, value);
        return tags;
    }

    // Those that collectors take unasked begin at 5, as for milliseconds.
    private static InstrumentAdvice<double> Buckets(IReadOnlyList<double> boundaries) =>
        new() { HistogramBucketBoundaries = boundaries };
}
