namespace LeaderElection.Postgres.Tests;

internal static class TestTime
{
    /// <summary>How long a test waits for what must happen; only a failing test ever waits that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The lease of electors in tests that let it run out.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);
}
