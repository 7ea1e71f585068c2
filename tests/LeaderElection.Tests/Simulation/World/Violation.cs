using System.Globalization;

namespace LeaderElection.Tests.Simulation;

/// <summary>A promise that was broken.</summary>
/// <param name="Promise">Which.</param>
/// <param name="At">When, in the world's true time.</param>
/// <param name="Text">How.</param>
internal sealed record Violation(Promise Promise, TimeSpan At, string Text)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Promise} broken at {At.TotalSeconds:0.000} s: {Text}");
}
