namespace LeaderElection.AspNetCore.Tests;

/// <summary>One browser for all tests that need it, one of them at a time.</summary>
[CollectionDefinition(Name)]
public class BrowserTests : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}
