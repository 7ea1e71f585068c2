namespace LeaderElection.Tests;

public sealed class AttemptTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-1.5)]
    [InlineData(-1000)]
    public void No_time_left_is_not_taken_for_all_the_time_there_is(double milliseconds)
    {
        var attempt = Attempt.RunAsync(
            _clock, TimeSpan.FromMilliseconds(milliseconds), _ => new TaskCompletionSource<bool>().Task);

        _clock.Settle();

        Should.Throw<TimeoutException>(attempt);
    }

    // The wait timed out, and the answer came before anybody looked again: it was neither returned nor given back.
    [Fact]
    public void An_answer_in_the_very_moment_of_giving_up_is_late()
    {
        var answer = new TaskCompletionSource<string>();
        var late = new List<string>();
        var limit = TimeSpan.FromSeconds(1);
        Task<string> Call(CancellationToken cancellationToken) => answer.Task;
        var attempt = GiveUpAsync();

        _clock.Advance(limit);

        Should.Throw<TimeoutException>(attempt);
        answer.TrySetResult("granted");
        late.ShouldBe(["granted"]);

        async Task GiveUpAsync() => await Attempt.RunAsync(_clock, limit, Call, late.Add);
    }

    [Fact]
    public void What_the_store_throws_is_what_the_caller_gets()
    {
        var attempt = Attempt.RunAsync<bool>(_clock, TimeSpan.FromSeconds(1), _ => throw new IOException("Down."));

        Should.Throw<IOException>(attempt);
    }

    [Fact]
    public void A_time_out_of_the_driver_s_own_keeps_its_message()
    {
        var attempt = Attempt.RunAsync<bool>(
            _clock, TimeSpan.FromSeconds(1), _ => throw new TimeoutException("The pool is exhausted."));

        Should.Throw<TimeoutException>(attempt).Message.ShouldBe("The pool is exhausted.");
    }
}
