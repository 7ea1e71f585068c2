namespace LeaderElection.Postgres.Tests;

internal static class StoreExtensions
{
    /// <summary>Asks until the lease is granted, waiting for as long as each answer says.</summary>
    public static async Task<Lease> AcquireSoonAsync(this ILeaseStore store, LeaseClaim claim)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (true)
        {
            var answer = await store.AcquireAsync(claim, patience.Token);
            if (answer is LeaseAnswer.Granted { Lease: var lease })
                return lease;
            await Task.Delay((answer.Wait ?? TimeSpan.Zero) + TimeSpan.FromMilliseconds(1), patience.Token);
        }
    }
}
