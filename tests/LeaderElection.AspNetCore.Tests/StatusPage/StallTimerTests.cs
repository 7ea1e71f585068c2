namespace LeaderElection.AspNetCore.Tests;

/// <summary>A timer that has fired cannot be called back: its callback may come at any time.</summary>
public class StallTimerTests
{
    private readonly LateTimers _timers = new();
    private int _calls;

    [Fact]
    public void A_callback_that_comes_while_it_is_armed_calls_once()
    {
        using var timer = Create();
        timer.Arm();

        _timers.Fire();
        _timers.Fire();

        _calls.ShouldBe(1);
    }

    [Fact]
    public void A_callback_that_comes_after_the_end_calls_nobody()
    {
        var timer = Create();
        timer.Arm();
        timer.Dispose();

        _timers.Fire();

        _calls.ShouldBe(0);
    }

    [Fact]
    public void A_callback_that_comes_after_it_was_disarmed_calls_nobody()
    {
        using var timer = Create();
        timer.Arm();
        timer.Disarm();

        _timers.Fire();

        _calls.ShouldBe(0);
    }

    [Fact]
    public async Task The_end_waits_for_a_call_that_has_begun()
    {
        var (calling, ending) = (new TaskCompletionSource(), new TaskCompletionSource());
        var hasCalled = false;
        var timer = new StallTimer(_timers, TimeSpan.FromSeconds(1), () =>
        {
            calling.SetResult();
            ending.Task.Wait();
            Thread.Yield();
            hasCalled = true;
        });
        timer.Arm();
        var firing = Task.Run(_timers.Fire);
        await calling.Task;

        var disposing = Task.Run(() =>
        {
            ending.SetResult();
            timer.Dispose();
            return hasCalled;
        });

        (await disposing).ShouldBeTrue();
        await firing;
    }

    private StallTimer Create() => new(_timers, TimeSpan.FromSeconds(1), () => _calls++);

    private sealed class LateTimers : TimeProvider
    {
        public Action Fire { get; private set; } = () => { };

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Fire = () => callback(state);
            return new NoTimer();
        }
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
