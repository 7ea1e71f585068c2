namespace LeaderElection.Tests.Simulation;

/// <summary>A bug planted into the production code, as text: the code itself knows nothing of it.</summary>
/// <param name="Name">The bug, for people.</param>
/// <param name="Edits">What is changed to have it, one after the other.</param>
internal sealed record Mutant(string Name, params Edit[] Edits)
{
    public override string ToString() => Name;
}
