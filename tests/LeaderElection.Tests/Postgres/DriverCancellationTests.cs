extern alias PostgresPackage;
using DriverThreads = PostgresPackage::LeaderElection.ReadyThreads;

namespace LeaderElection.Tests;

/// <summary>Cancellations that the driver blocks, and a machine that gives no threads.</summary>
public sealed class DriverCancellationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Where_no_thread_can_be_started_a_cancellation_still_comes_and_throws_at_nobody()
    {
        var threads = new DriverThreads(_ => throw NoMoreThreads());
        using var attempt = new CancellationTokenSource();
        using var driver = new DriverCancellation(threads, attempt.Token);

        Should.NotThrow(attempt.Cancel);

        await TellsAsync(driver.Token);
    }

    [Fact]
    public async Task When_the_machine_gives_no_more_threads_a_cancellation_waits_for_no_other()
    {
        var started = 0;
        var threads = new DriverThreads(run =>
        {
            if (Interlocked.Increment(ref started) > 1)
                throw NoMoreThreads();
            new Thread(() => run()) { IsBackground = true }.Start();
        });
        using var blocked = new Blocked(threads);
        using var attempt = new CancellationTokenSource();
        using var driver = new DriverCancellation(threads, attempt.Token);

        attempt.Cancel();

        await TellsAsync(driver.Token);
        blocked.IsBlocked.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancellations_that_the_driver_blocks_hold_up_no_other_and_no_thread_of_the_pool()
    {
        var threads = NewThreads();
        using var first = new Blocked(threads);
        using var second = new Blocked(threads);
        using var third = new Blocked(threads);
        using var attempt = new CancellationTokenSource();
        using var driver = new DriverCancellation(threads, attempt.Token);

        attempt.Cancel();

        await TellsAsync(driver.Token);
        Blocked[] all = [first, second, third];
        all.ShouldAllBe(one => one.IsBlocked && !one.IsOnPool);
    }

    [Fact]
    public async Task Whoever_cancels_starts_no_thread()
    {
        var startedBy = new List<int>();
        var threads = new DriverThreads(run =>
        {
            lock (startedBy)
                startedBy.Add(Environment.CurrentManagedThreadId);
            new Thread(() => run()) { IsBackground = true }.Start();
        });
        using var attempt = new CancellationTokenSource();
        using var driver = new DriverCancellation(threads, attempt.Token);
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
        var threads = new DriverThreads(_ => started++);
        using var attempt = new CancellationTokenSource();

        for (var command = 0; command < 100; command++)
            new DriverCancellation(threads, attempt.Token).Dispose();

        started.ShouldBe(1);
    }

    [Fact]
    public async Task A_driver_that_throws_when_it_is_cancelled_throws_at_nobody()
    {
        var threads = NewThreads();
        using var attempt = new CancellationTokenSource();
        using var driver = new DriverCancellation(threads, attempt.Token);
        driver.Token.UnsafeRegister(_ => throw new InvalidOperationException("The driver failed."), null);

        Should.NotThrow(attempt.Cancel);
        await TellsAsync(driver.Token);

        using var next = new CancellationTokenSource();
        using var nextDriver = new DriverCancellation(threads, next.Token);
        next.Cancel();
        await TellsAsync(nextDriver.Token);
    }

    private static DriverThreads NewThreads() => new("LeaderElection test");

    private static async Task TellsAsync(CancellationToken token)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.UnsafeRegister(_ => told.TrySetResult(), null);
        await told.Task.WaitAsync(Patience, CancellationToken.None);
    }

    // As the runtime does at the limit of processes.
    private static InsufficientMemoryException NoMoreThreads() => new("Unable to start a thread.");

    /// <summary>A cancellation that the driver blocks from the start of the test to its end.</summary>
    private sealed class Blocked : IDisposable
    {
        private readonly ManualResetEventSlim _end = new();

        public Blocked(DriverThreads threads)
        {
            using var begun = new ManualResetEventSlim();
            using var attempt = new CancellationTokenSource();
            using var driver = new DriverCancellation(threads, attempt.Token);
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
            begun.Wait(Patience).ShouldBeTrue();
        }

        public bool IsBlocked { get; private set; }

        public bool IsOnPool { get; private set; }

        public void Dispose() => _end.Set();
    }
}
