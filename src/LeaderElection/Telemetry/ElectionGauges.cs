using System.Diagnostics.Metrics;

namespace LeaderElection;

/// <summary>
/// The elections that gauges tell of: one measurement for each tag, over all elections that have it. Elections come and
/// go at no cost that grows with their number. Safe to use from any thread.
/// </summary>
internal sealed class ElectionGauges
{
    // Guards the list; asked by whoever collects metrics.
    private readonly Lock _gate = new();
    private readonly LinkedList<Observed> _observed = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _observed.Count;
        }
    }

    /// <summary>Tells of an election until what is returned is disposed.</summary>
    /// <param name="tag">What metrics call it; null when they do not.</param>
    /// <param name="leadsFor">How long this instance leads without a renewal; null while it does not.</param>
    public IDisposable Add(string? tag, Func<TimeSpan?> leadsFor)
    {
        var observed = new Observed(this, tag, leadsFor);
        lock (_gate)
            _observed.AddLast(observed.Place);
        return observed;
    }

    /// <summary>How many elections this instance leads.</summary>
    public IEnumerable<Measurement<int>> Leading() => Measure(static leads => leads.Count());

    /// <summary>How long it leads the one that it may lose first; 0 when it leads none.</summary>
    public IEnumerable<Measurement<double>> Remaining() =>
        Measure(static leads => leads.Select(left => left.TotalSeconds).DefaultIfEmpty().Min());

    private List<Measurement<T>> Measure<T>(Func<IEnumerable<TimeSpan>, T> value)
        where T : struct
    {
        Observed[] observed;
        lock (_gate)
            observed = [.. _observed];
        return
        [
            .. observed.GroupBy(election => election.Tag, StringComparer.Ordinal).Select(group => new Measurement<T>(
                value(group.Select(election => election.LeadsFor()).OfType<TimeSpan>()),
                ElectionInstruments.TagsOf(group.Key))),
        ];
    }

    private sealed class Observed : IDisposable
    {
        private readonly ElectionGauges _gauges;

        public Observed(ElectionGauges gauges, string? tag, Func<TimeSpan?> leadsFor)
        {
            (_gauges, Tag, LeadsFor) = (gauges, tag, leadsFor);
            Place = new LinkedListNode<Observed>(this);
        }

        public LinkedListNode<Observed> Place { get; }

        public string? Tag { get; }

        public Func<TimeSpan?> LeadsFor { get; }

        public void Dispose()
        {
            lock (_gauges._gate)
                Place.List?.Remove(Place);
        }
    }
}
