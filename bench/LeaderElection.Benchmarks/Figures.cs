using System.Globalization;

namespace LeaderElection.Benchmarks;

/// <summary>Measured values of one kind, and what is quoted of them.</summary>
internal sealed class Figures
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public double Median => At(0.5);

    public double Max => _values.Max();

    public void Add(double value) => _values.Add(value);

    public void Add(TimeSpan value) => Add(value.TotalMilliseconds);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"median {Median:0.0}, max {Max:0.0} ({Count} rounds)");

    private double At(double share)
    {
        var sorted = _values.Order().ToList();
        return sorted[(int)(share * (sorted.Count - 1))];
    }
}
