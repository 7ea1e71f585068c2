namespace LeaderElection.AspNetCore.Tests;

/// <summary>Tests beside which no other runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class AloneTests
{
    public const string Name = "alone";
}
