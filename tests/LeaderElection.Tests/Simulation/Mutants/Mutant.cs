namespace LeaderElection.Tests.Simulation;

/// <summary>A bug planted into the production code, as text: the code itself knows nothing of it.</summary>
/// <param name="Name">The bug, for people.</param>
/// <param name="Edits">What is changed to have it.</param>
internal sealed record Mutant(string Name, params Edit[] Edits)
{
    public override string ToString() => Name;
}

/// <param name="File">Below <c>src/LeaderElection</c>.</param>
/// <param name="Find">Stands there just once.</param>
/// <param name="Replace">Stands there instead.</param>
internal sealed record Edit(string File, string Find, string Replace);
