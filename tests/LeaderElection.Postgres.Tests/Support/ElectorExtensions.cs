namespace LeaderElection.Postgres.Tests;

internal static class ElectorExtensions
{
    public static async Task<Leadership> LeadsSoonAsync(this ILeaderElector elector) =>
        await elector.WaitForLeadershipAsync().WaitAsync(TestTime.Patience);

    /// <summary>Waits for a change, past or to come.</summary>
    public static async Task<LeadershipChange> SeesAsync(
        this ILeaderElector elector, Func<LeadershipChange, bool> matches)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await foreach (var change in elector.WatchAsync(patience.Token))
        {
            if (matches(change))
                return change;
        }

        throw new InvalidOperationException("The elector was stopped before the change came.");
    }
}
