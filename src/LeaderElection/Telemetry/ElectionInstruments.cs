using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LeaderElection;

/// <summary>
/// The instruments of one meter and the elections that its gauges tell of: one for each container that makes meters,
/// and one for electors made without. With the source of spans, which is the same for all.
/// </summary>
internal sealed class ElectionInstruments
{
    /// <summary>Of the meter and of the source of spans.</summary>
    public const string Name = "LeaderElection";
    public const string ElectionTag = "leader_election.name";

    private static readonly ActivitySource SpansOfTheProcess = new(Name);
    private static readonly Lazy<ElectionInstruments> OfTheProcess = new(() => new(new Meter(Name), SpansOfTheProcess));

    // Guards the list; asked by whoever collects metrics.
    private readonly Lock _gate = new();
    private readonly List<Observed> _observed = [];

    public ElectionInstruments(Meter meter, ActivitySource spans)
    {
        Spans = spans;
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
            "leader_election.leading", () => Observe(leadsFor => leadsFor is null ? 0 : 1), "{leader}",
            "1 while this instance leads, 0 while it does not.");
        meter.CreateObservableGauge(
            "leader_election.lease.remaining", () => Observe(leadsFor => leadsFor?.TotalSeconds ?? 0), "s",
            "How long this instance leads if no renewal succeeds from now on; 0 while it does not lead.");
    }

    /// <summary>For electors that no container makes.</summary>
    public static ElectionInstruments Shared => OfTheProcess.Value;

    /// <summary>Of the meter that a factory makes and owns; the shared ones without a factory.</summary>
    public static ElectionInstruments Of(IMeterFactory? factory) =>
        factory is null ? Shared : new ElectionInstruments(factory.Create(new MeterOptions(Name)), SpansOfTheProcess);

    public ActivitySource Spans { get; }

    public Counter<long> Transitions { get; }

    public Histogram<double> AttemptDuration { get; }

    public Histogram<double> LeaderlessDuration { get; }

    public Counter<long> ClockJumps { get; }

    public Counter<long> WorkFailures { get; }

    /// <summary>Lets the gauges tell of an election until what is returned is disposed.</summary>
    /// <param name="electionName">The election.</param>
    /// <param name="leadsFor">How long this instance leads without a renewal; null while it does not.</param>
    public IDisposable Observe(string electionName, Func<TimeSpan?> leadsFor)
    {
        var observed = new Observed(this, electionName, leadsFor);
        lock (_gate)
            _observed.Add(observed);
        return observed;
    }

    // Those that collectors take unasked begin at 5, as for milliseconds.
    private static InstrumentAdvice<double> Buckets(IReadOnlyList<double> boundaries) =>
        new() { HistogramBucketBoundaries = boundaries };

    private Measurement<T>[] Observe<T>(Func<TimeSpan?, T> value)
        where T : struct
    {
        Observed[] observed;
        lock (_gate)
            observed = [.. _observed];
        return Array.ConvertAll(observed, election => new Measurement<T>(
            value(election.LeadsFor()), new KeyValuePair<string, object?>(ElectionTag, election.ElectionName)));
    }

    private sealed class Observed(ElectionInstruments instruments, string electionName, Func<TimeSpan?> leadsFor)
        : IDisposable
    {
        public string ElectionName => electionName;

        public Func<TimeSpan?> LeadsFor => leadsFor;

        public void Dispose()
        {
            lock (instruments._gate)
                instruments._observed.Remove(this);
        }
    }
}
