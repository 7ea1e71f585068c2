namespace LeaderElection.AspNetCore.Tests;

/// <summary>What listens to the end of a request under <c>CancelRequestsOnLoss</c>, and whom it may disturb.</summary>
public class RequestEndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Nothing_is_left_on_the_term_when_the_request_is_over()
    {
        CancellationToken during = default;
        var cancelled = false;
        await using var work = await LeaderAtWork.StartAsync(context =>
        {
            during = context.RequestAborted;
            during.Register(() => cancelled = true);
            return Task.CompletedTask;
        });
        (await work.App.StatusOfAsync("/work")).ShouldBe(200);

        work.App.Main.LoseLeadership();

        during.IsCancellationRequested.ShouldBeFalse();
        cancelled.ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_request_does_when_it_is_cancelled_delays_nothing_else_that_waits_for_the_loss()
    {
        var blocked = new TaskCompletionSource();
        using var release = new ManualResetEventSlim();
        await using var work = await LeaderAtWork.StartAsync(async context =>
        {
            var ended = new TaskCompletionSource();
            context.RequestAborted.Register(() =>
            {
                blocked.SetResult();
                release.Wait();
                ended.SetResult();
            });
            await ended.Task;
        });
        var told = new TaskCompletionSource();
        work.App.Main.Current!.Lost.Register(told.SetResult);
        var asking = work.App.StatusOfAsync("/work");
        await work.Begun;

        var losing = Task.Run(() => work.App.Main.LoseLeadership());

        try
        {
            await blocked.Task.WaitAsync(Patience);
            await losing.WaitAsync(Patience);
            await told.Task.WaitAsync(Patience);
        }
        finally
        {
            release.Set();
            await asking;
        }
    }

    [Fact]
    public async Task What_a_request_throws_when_it_is_cancelled_is_logged_and_goes_no_further()
    {
        const int callbackFailed = 3005;
        using var logs = WatchedLogs.New();
        await using var work = await LeaderAtWork.StartAsync(
            async context =>
            {
                context.RequestAborted.Register(() => throw new InvalidOperationException("mine"));
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            },
            build: logs.AddTo);
        var asking = work.App.StatusOfAsync("/work");
        await work.Begun;

        work.App.Main.LoseLeadership();

        (await asking).ShouldBe(503);
        await logs.WaitForAsync(callbackFailed);
    }
}
