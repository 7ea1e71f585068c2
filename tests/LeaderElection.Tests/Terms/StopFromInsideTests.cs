namespace LeaderElection.Tests;

/// <summary>A stop or a release that is asked for by what it would have to wait for.</summary>
public class StopFromInsideTests
{
    private readonly Arena _arena = new();

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Work_inside_the_work_of_another_election_may_step_down_from_both(bool stops)
    {
        var outer = _arena.Started("outer");
        var inner = _arena.Started("inner", options => options.ElectionName = "invoices");
        Task? asked = null;
        _ = outer.RunAsLeaderAsync(
            (_, _) => inner.RunAsLeaderAsync(
                async (_, token) =>
                {
                    asked = stops
                        ? Task.WhenAll(outer.StopAsync(None), inner.StopAsync(None))
                        : Task.WhenAll(outer.ReleaseAsync(None), inner.ReleaseAsync(None));
                    await asked;
                    await UntilCancelledAsync(token);
                },
                CancellationToken.None),
            CancellationToken.None);

        _arena.Finish(asked.ShouldNotBeNull());
        outer.IsLeader.ShouldBeFalse();
        inner.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void What_outlives_the_work_waits_for_the_stop_like_anybody_else()
    {
        var (elector, _) = _arena.Leader();
        var resume = new TaskCompletionSource();
        Task? outliving = null;
        async Task StopLaterAsync()
        {
            await resume.Task;
            await elector.StopAsync();
            _arena.Row().ShouldBeNull("the lease is given away when a stop returns");
        }

        _arena.Finish(elector.RunAsLeaderAsync(
            (_, _) =>
            {
                outliving = StopLaterAsync();
                return Task.CompletedTask;
            },
            CancellationToken.None));
        _arena.Store.Next(StoreOperation.Release, Fault.AnswerLate(TimeSpan.FromSeconds(1)));

        resume.SetResult();

        outliving.ShouldNotBeNull().IsCompleted.ShouldBeFalse();
        _arena.Finish(outliving, atMostSeconds: 1.1);
    }

    [Fact]
    public void A_callback_on_Lost_may_stop_the_elector_and_wait_for_that()
    {
        var (elector, term) = _arena.Leader();
        Task? stop = null;
        using var registration = term.Lost.Register(() =>
        {
            stop = elector.StopAsync();
            stop.IsCompletedSuccessfully.ShouldBeTrue("nothing else would let the callback return");
        });

        _arena.Finish(elector.ReleaseAsync());
        _arena.Clock.Settle();

        stop.ShouldNotBeNull();
        _arena.Row().ShouldBeNull();
        _arena.Logs.Count(1010).ShouldBe(0);
    }

    [Fact]
    public async Task A_handler_may_dispose_the_elector()
    {
        var store = new InMemoryLeaseStore();
        var elector = new LeaseElector(store, Arena.Options("a"), _arena.Logs);
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        elector.LeadershipChanged += (_, change) =>
        {
            if (!change.IsLeader)
                return;
            elector.Dispose();
            disposed.TrySetResult();
        };

        await elector.StartAsync();
        await disposed.Task.WaitAsync(Arena.RealTimeLimit);

        _arena.Logs.Count(1012).ShouldBe(0, "it waited for itself");
        (await store.ReadAsync("orders", CancellationToken.None)).ShouldBeNull();
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }
}
