using System.Diagnostics.Metrics;

namespace LeaderElection.Tests;

/// <param name="Instrument">The instrument's name.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Tags">The tags in the order in which they were given: <c>name=value, …</c>.</param>
public sealed record Measured(string Instrument, double Value, string Tags);

/// <summary>What is measured with one meter from now on.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<Measured> _all = [];

    public Measurements(Func<Meter, bool> isMeant)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isMeant(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Measured> Of(string instrument)
    {
        lock (_all)
            return [.. _all.Where(measured => measured.Instrument == instrument)];
    }

    /// <summary>What a gauge shows now, one for each election.</summary>
    public IReadOnlyList<Measured> Read(string gauge)
    {
        lock (_all)
            _all.RemoveAll(measured => measured.Instrument == gauge);
        _listener.RecordObservableInstruments();
        return Of(gauge);
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(", ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (_all)
            _all.Add(new Measured(instrument.Name, value, text));
    }
}
