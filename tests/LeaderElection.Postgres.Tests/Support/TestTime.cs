namespace LeaderElection.Postgres.Tests;

internal static class TestTime
{
    /// <inheritdoc cref="Eventually.Patience"/>
    public static readonly TimeSpan Patience = Eventually.Patience;

    /// <summary>The lease of electors in tests that let it run out.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);
}
