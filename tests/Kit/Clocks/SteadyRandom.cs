namespace LeaderElection.Kit;

/// <summary>Always the same number: at 0.5 every jittered interval is its middle.</summary>
public sealed class SteadyRandom(double value = 0.5) : Random
{
    public override double NextDouble() => value;

    protected override double Sample() => value;
}
