namespace LeaderElection.Kit;

/// <summary>What an <see cref="IBatchLeaseStore"/> tells of the leases of a list.</summary>
public abstract class LeaseBatchHintsSuite(StoresUnderTest stores) : StoreSuite(stores)
{
    // So many and so long that no one announcement holds them all.
    private static readonly string[] Names =
        [.. Enumerable.Range(0, 120).Select(number => $"{number} {new string('n', 150)}")];

    private IBatchLeaseStore Batches => (IBatchLeaseStore)Store;

    [Fact]
    public async Task Everybody_is_told_once_of_each_lease_of_a_list_that_is_taken_or_given_away()
    {
        var told = new int[Names.Length];
        var subscriptions = Names.Select((name, index) =>
            Other.Subscribe(name, () => Interlocked.Increment(ref told[index]))).ToList();
        await Stores.WaitUntilAsync(() => subscriptions.TrueForAll(subscription => subscription.IsListening));
        await Stores.SettleAsync(Other);
        Array.Clear(told);

        var terms = await AcquireAllAsync();
        await Stores.WaitUntilAsync(() => told.All(hints => hints >= 1));
        (await Batches.ReleaseAsync(terms, Token)).ShouldAllBe(wasHeld => wasHeld == true);
        await Stores.WaitUntilAsync(() => told.All(hints => hints >= 2));

        told.ShouldAllBe(hints => hints == 2);
        subscriptions.ForEach(subscription => subscription.Dispose());
    }

    private async Task<IReadOnlyList<LeaseTerm>> AcquireAllAsync()
    {
        var terms = new List<LeaseTerm>();
        while (terms.Count < Names.Length)
        {
            var left = Names.Except(terms.Select(term => term.ElectionName));
            LeaseClaim[] claims = [.. left.Select(name => Claim(name, 99 * Lease) with { ElectionName = name })];
            var answers = await Batches.AcquireAsync(claims, Token);
            terms.AddRange(answers.OfType<LeaseAnswer.Granted>().Select(answer =>
                new LeaseTerm(answer.Lease.InstanceId, answer.Lease.FencingToken)));
        }

        return terms;
    }
}
