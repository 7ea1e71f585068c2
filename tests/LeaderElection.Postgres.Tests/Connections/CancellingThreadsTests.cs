namespace LeaderElection.Postgres.Tests.Connections;

/// <summary>Cancellations that the driver blocks, and a machine that gives no threads.</summary>
public sealed class CancellingThreadsTests
{
    [Fact]
    public async Task Where_no_thread_can_be_started_a_cancellation_still_comes_and_throws_at_nobody()
    {
        using var threads = new CancellingThreads(_ => throw NoMoreThreads());
        using var attempt = new CancellationTokenSource();
        using var driver = threads.PassOn(attempt.Token);

        Should.NotThrow(attempt.Cancel);

        await TellsAsync(driver.Token);
    }

    [Fact]
    public async Task When_the_machine_gives_no_more_threads_a_cancellation_waits_for_no_other()
    {
        var started = 0;
        using var threads = new CancellingThreads(run =>
        {
            if (Interlocked.Increment(ref started) > 1)
                throw NoMoreThreads();
            new Thread(() => run()) { IsBackground = true }.Start();
        });
        using var blocked = new Blocked(threads);
        using var attempt = new CancellationTokenSource();
        using var driver = threads.PassOn(attempt.Token);

        attempt.Cancel();

        await TellsAsync(driver.Token);
        blocked.IsBlocked.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancellations_that_the_driver_blocks_hold_up_no_other_and_no_thread_of_the_pool()
    {
        using var threads = new CancellingThreads();
        using var first = new Blocked(threads);
        using var second = new Blocked(threads);
        using var third = new Blocked(threads);
        using var attempt = new CancellationTokenSource();
        using var driver = threads.PassOn(attempt.Token);

        attempt.Cancel();

        await TellsAsync(driver.Token);
        Blocked[] all = [first, second, third];
        all.ShouldAllBe(one => one.IsBlocked && !one.IsOnPool);
    }

    [Fact]
    public async Task Whoever_cancels_starts_no_thread()
    {
        var startedBy = new List<int>();
        using var threads = new CancellingThreads(run =>
        {
            lock (startedBy)
                startedBy.Add(Environment.CurrentManagedThreadId);
            new Thread(() => run()) { IsBackground = true }.Start();
        });
        using var attempt = new CancellationTokenSource();
        using var driver = threads.PassOn(attempt.Token);
        var cancelling = new TaskCompletionSource<int>();

        // As a timer does.
        new Thread(() =>
        {
            attempt.Cancel();
            cancelling.SetResult(Environment.CurrentManagedThreadId);
        }).Start();

        await TellsAsync(driver.Token);
        var canceller = await cancelling.Task;
        lock (startedBy)
            startedBy.ShouldNotContain(canceller);
    }

    [Fact]
    public void A_hundred_commands_start_one_thread()
    {
        var started = 0;
        using var threads = new CancellingThreads(_ => started++);
        using var attempt = new CancellationTokenSource();

        for (var command = 0; command < 100; command++)
            threads.PassOn(attempt.Token).Dispose();

        started.ShouldBe(1);
    }

    [Fact]
    public async Task No_thread_outlives_its_store()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var threads = new CancellingThreads(run => new Thread(() =>
        {
            run();
            ended.SetResult();
        }).Start());
        threads.PassOn(new CancellationTokenSource().Token).Dispose();

        threads.Dispose();

        await ended.Task.WaitAsync(TestTime.Patience);
        using var late = new CancellationTokenSource();
        using var driver = threads.PassOn(late.Token);
        late.Cancel();
        await TellsAsync(driver.Token);
    }

    [Fact]
    public async Task A_driver_that_throws_when_it_is_cancelled_throws_at_nobody()
    {
        using var threads = new CancellingThreads();
        using var attempt = new CancellationTokenSource();
        using var driver = threads.PassOn(attempt.Token);
        driver.Token.UnsafeRegister(_ => throw new InvalidOperationException("The driver failed."), null);

        Should.NotThrow(attempt.Cancel);
        await TellsAsync(driver.Token);

        using var next = new CancellationTokenSource();
        using var nextDriver = threads.PassOn(next.Token);
        next.Cancel();
        await TellsAsync(nextDriver.Token);
    }

    private static async Task TellsAsync(CancellationToken token)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.UnsafeRegister(_ => told.TrySetResult(), null);
        await told.Task.WaitAsync(TestTime.Patience, CancellationToken.None);
    }

    // As the runtime does at the limit of processes.
    private static InsufficientMemoryException NoMoreThreads() => new("Unable to start a thread.");

    /// <summary>A cancellation that the driver blocks from the start of the test to its end.</summary>
    private sealed class Blocked : IDisposable
    {
        private readonly ManualResetEventSlim _end = new();

        public Blocked(CancellingThreads threads)
        {
            using var begun = new ManualResetEventSlim();
            using var attempt = new CancellationTokenSource();
            using var driver = threads.PassOn(attempt.Token);
            driver.Token.UnsafeRegister(
                _ =>
                {
                    IsOnPool = Thread.CurrentThread.IsThreadPoolThread;
                    IsBlocked = true;
                    begun.Set();
                    _end.Wait();
                    IsBlocked = false;
                },
                null);
            attempt.Cancel();
            begun.Wait(TestTime.Patience).ShouldBeTrue();
        }

        public bool IsBlocked { get; private set; }

        public bool IsOnPool { get; private set; }

        public void Dispose() => _end.Set();
    }
}
