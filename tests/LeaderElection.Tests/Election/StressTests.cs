namespace LeaderElection.Tests;

/// <summary>Real threads and real time; whatever hangs fails after a while.</summary>
public class StressTests
{
    [Fact]
    public async Task Starting_and_stopping_from_ten_threads_leaves_nothing_behind()
    {
        var store = new InMemoryLeaseStore();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Task.Run(async () =>
        {
            for (var round = 0; round < 50; round++)
            {
                await using var elector = new LeaseElector(store, Arena.Options($"node {number}"));
                await elector.StartAsync();
                if (round % 3 == 0)
                    await elector.ReleaseAsync();
                await Task.WhenAll(elector.StopAsync(), elector.StopAsync());
                elector.IsLeader.ShouldBeFalse();
            }
        }))).WaitAsync(Arena.RealTimeLimit);

        (await store.ReadAsync("orders", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Work_of_two_leaders_never_overlaps()
    {
        var store = new InMemoryLeaseStore();
        var inside = 0;
        var overlaps = 0;
        var tokens = new List<long>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            await using var elector = new LeaseElector(store, Arena.Options($"node {number}"));
            await elector.StartAsync();
            await elector.RunAsLeaderAsync(
                (leadership, _) =>
                {
                    if (Interlocked.Increment(ref inside) != 1)
                        overlaps++;
                    tokens.Add(leadership.FencingToken);
                    Interlocked.Decrement(ref inside);
                    return Task.CompletedTask;
                },
                CancellationToken.None);
        }))).WaitAsync(Arena.RealTimeLimit);

        overlaps.ShouldBe(0);
        tokens.Count.ShouldBe(8);
        tokens.ShouldBe(tokens.Order());
    }
}
