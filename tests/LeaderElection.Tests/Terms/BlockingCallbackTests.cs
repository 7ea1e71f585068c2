using System.Collections.Concurrent;

namespace LeaderElection.Tests;

/// <summary>Real threads: a callback that blocks must hold up nobody but itself.</summary>
public sealed class BlockingCallbackTests : IAsyncDisposable
{
    private readonly ManualResetEventSlim _unblock = new();
    private readonly TaskCompletionSource _blocks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LeaseElector _elector = new(new InMemoryLeaseStore(), Arena.Options("a"));

    public async ValueTask DisposeAsync()
    {
        _unblock.Set();
        await _elector.DisposeAsync();
        _unblock.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callback_of_one_work_that_blocks_keeps_no_other_work_from_being_told(bool blocksBegunLast)
    {
        await _elector.StartAsync();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<Leadership, CancellationToken, Task> blocking = (_, token) => WorkAsync(Block, token);
        Func<Leadership, CancellationToken, Task> listening = (_, token) => WorkAsync(() => told.TrySetResult(), token);
        await BeginAsync(blocksBegunLast ? [listening, blocking] : [blocking, listening]);

        _ = _elector.ReleaseAsync();

        await _blocks.Task.WaitAsync(Arena.RealTimeLimit);
        await told.Task.WaitAsync(Arena.RealTimeLimit);
        _unblock.IsSet.ShouldBeFalse("the one that blocks still does");
    }

    [Fact]
    public async Task A_callback_on_Lost_that_blocks_keeps_no_work_from_being_told()
    {
        await _elector.StartAsync();
        var term = await _elector.WaitForLeadershipAsync();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await BeginAsync([(_, token) => WorkAsync(() => told.TrySetResult(), token)]);
        term.Lost.Register(Block);

        _ = _elector.ReleaseAsync();

        await _blocks.Task.WaitAsync(Arena.RealTimeLimit);
        await told.Task.WaitAsync(Arena.RealTimeLimit);
        _unblock.IsSet.ShouldBeFalse("the one that blocks still does");
    }

    [Fact]
    public async Task However_many_callbacks_block_they_take_no_thread_of_the_pool_and_keep_nobody_from_being_told()
    {
        await _elector.StartAsync();
        var ofPool = new ConcurrentBag<bool>();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blockers = Environment.ProcessorCount + 4;
        var allBlock = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await BeginAsync([
            .. Enumerable.Repeat<Func<Leadership, CancellationToken, Task>>(
                (_, token) => WorkAsync(
                    () =>
                    {
                        ofPool.Add(Thread.CurrentThread.IsThreadPoolThread);
                        if (ofPool.Count == blockers)
                            allBlock.TrySetResult();
                        Block();
                    },
                    token),
                blockers),
            (_, token) => WorkAsync(() => told.TrySetResult(), token)]);

        _ = _elector.ReleaseAsync();

        await told.Task.WaitAsync(Arena.RealTimeLimit);
        await allBlock.Task.WaitAsync(Arena.RealTimeLimit);
        _unblock.IsSet.ShouldBeFalse("all of them still block");
        ofPool.ShouldAllBe(isOfPool => !isOfPool);
    }

    [Fact]
    public async Task The_lease_is_not_given_away_while_a_callback_blocks()
    {
        await _elector.StartAsync();
        var term = await _elector.WaitForLeadershipAsync();
        await BeginAsync([(_, token) => WorkAsync(Block, token)]);

        var release = _elector.ReleaseAsync();
        await _blocks.Task.WaitAsync(Arena.RealTimeLimit);
        var concludedTooEarly = release.IsCompleted;
        term.HasWork.ShouldBeTrue();
        _unblock.Set();
        await release.WaitAsync(Arena.RealTimeLimit);

        concludedTooEarly.ShouldBeFalse();
        term.HasWork.ShouldBeFalse();
    }

    private static async Task WorkAsync(Action onStop, CancellationToken stop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var end = stop.UnsafeRegister(_ => ended.TrySetResult(), null);
        await using var callback = stop.UnsafeRegister(_ => onStop(), null);
        await ended.Task;
    }

    private void Block()
    {
        _blocks.TrySetResult();
        _unblock.Wait();
    }

    private async Task BeginAsync(IEnumerable<Func<Leadership, CancellationToken, Task>> works)
    {
        foreach (var work in works)
        {
            var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = _elector.RunAsLeaderAsync(
                (leadership, token) =>
                {
                    var running = work(leadership, token);
                    began.TrySetResult();
                    return running;
                },
                CancellationToken.None);
            await began.Task.WaitAsync(Arena.RealTimeLimit);
        }
    }
}
