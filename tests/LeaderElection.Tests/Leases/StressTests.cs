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

    [Fact]
    public async Task A_term_that_any_thread_has_seen_over_is_held_for_no_other()
    {
        var ended = 0;
        for (var round = 0; round < 500; round++)
        {
            var clock = new WaveringClock();
            var window = new TrustWindow(clock, Sent(clock), TimeSpan.FromHours(1), TimeSpan.Zero);
            var term = new Term(1, window, new Nobody());
            var wasSeenOver = false;
            var wasHeldAgain = false;
            void Ask()
            {
                for (var look = 0; look < 200; look++)
                {
                    var before = Volatile.Read(ref wasSeenOver);
                    var isHeld = term.IsHeld && term.Remaining > TimeSpan.Zero;
                    if (before && isHeld)
                        wasHeldAgain = true;
                    if (!isHeld)
                        Volatile.Write(ref wasSeenOver, true);
                }
            }

            void Extend()
            {
                while (window.TryExtend(Sent(clock)))
                {
                }
            }

            await Task.WhenAll(Task.Run(Ask), Task.Run(Ask), Task.Run(Extend)).WaitAsync(Arena.RealTimeLimit);

            wasHeldAgain.ShouldBeFalse();
            ended += term.IsHeld ? 0 : 1;
        }

        ended.ShouldBe(500);
    }

    private static Moment Sent(TimeProvider clock) => new(clock.GetTimestamp(), WaveringClock.Start.UtcTicks);

    private sealed class Nobody : ITermHolder
    {
        public void RunAside(Action errand) => errand();

        public void OnWorkEnded()
        {
        }

        public void OnUserCodeFailed(Term term, Exception exception)
        {
        }

        public void OnWorkFailed(Term term, Exception exception)
        {
        }
    }

    /// <summary>One look in fifty finds its wall clock set ahead, the next one back again.</summary>
    private sealed class WaveringClock : TimeProvider
    {
        public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private long _monotonic;
        private int _looks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        // Every look is a millisecond after the one before, so that each one asks the wall clock, too.
        public override long GetTimestamp() => Interlocked.Add(ref _monotonic, TimeSpan.TicksPerMillisecond);

        public override DateTimeOffset GetUtcNow() =>
            Interlocked.Increment(ref _looks) % 50 == 0 ? Start + TimeSpan.FromHours(2) : Start;
    }
}
