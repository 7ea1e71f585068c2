using System.Runtime.CompilerServices;

namespace LeaderElection.Tests.Simulation;

/// <summary>
/// What the simulation of the elector rests on: these waits resume on the thread that advances the clock, before
/// <see cref="ManualClock.Advance"/> returns. Seen on .NET 10, promised nowhere. Of several that wait for one task not
/// all do, so the elector gives every watcher a source of its own.
/// </summary>
public class SimulationAssumptionsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualClock _clock = new();
    private int _resumedOn;

    public SimulationAssumptionsTests() => SynchronizationContext.SetSynchronizationContext(null);

    [Fact]
    public void A_tick_of_a_periodic_timer_resumes_inline()
    {
        using var timer = new PeriodicTimer(Second, _clock);
        NoteThreadAfter(timer.WaitForNextTickAsync().AsTask());
        _clock.Advance(Second);
        ShouldHaveResumedHere();
    }

    [Fact]
    public void Disposing_a_periodic_timer_resumes_inline()
    {
        var timer = new PeriodicTimer(Second, _clock);
        NoteThreadAfter(timer.WaitForNextTickAsync().AsTask());
        timer.Dispose();
        ShouldHaveResumedHere();
    }

    [Fact]
    public void A_cancellation_source_with_a_delay_calls_back_inline()
    {
        using var source = new CancellationTokenSource(Second, _clock);
        using var registration = source.Token.Register(() => _resumedOn = Environment.CurrentManagedThreadId);
        _clock.Advance(Second);
        ShouldHaveResumedHere();
    }

    [Fact]
    public void The_limit_of_a_bounded_wait_resumes_inline()
    {
        NoteThreadAfter(new TaskCompletionSource().Task.WaitAsync(Second, _clock));
        _clock.Advance(Second);
        ShouldHaveResumedHere();
    }

    [Fact]
    public void The_result_of_a_bounded_wait_resumes_inline()
    {
        var answer = new TaskCompletionSource();
        NoteThreadAfter(answer.Task.WaitAsync(Second, _clock));
        answer.SetResult();
        ShouldHaveResumedHere();
    }

    [Fact]
    public void Cancelling_a_wait_resumes_inline()
    {
        using var source = new CancellationTokenSource();
        NoteThreadAfter(new TaskCompletionSource().Task.WaitAsync(source.Token));
        source.Cancel();
        ShouldHaveResumedHere();
    }

    [Fact]
    public void A_plain_completion_source_resumes_inline()
    {
        var source = new TaskCompletionSource();
        NoteThreadAfter(source.Task);
        source.SetResult();
        ShouldHaveResumedHere();
    }

    [Fact]
    public void A_bounded_wait_leaves_no_timer_behind()
    {
        var answer = new TaskCompletionSource();
        NoteThreadAfter(answer.Task.WaitAsync(Second, _clock));
        answer.SetResult();
        _clock.ActiveTimers.ShouldBe(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async void NoteThreadAfter(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // How the wait ended is not what is asked here.
        }

        _resumedOn = Environment.CurrentManagedThreadId;
    }

    private void ShouldHaveResumedHere() => _resumedOn.ShouldBe(Environment.CurrentManagedThreadId);
}
