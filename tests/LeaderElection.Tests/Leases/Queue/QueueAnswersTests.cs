namespace LeaderElection.Tests;

/// <summary>What becomes of those who have been sent.</summary>
public class QueueAnswersTests : QueueTests
{
    [Fact]
    public async Task Each_gets_the_answer_to_itself()
    {
        _ = RenewAsync("first");
        var granted = RenewAsync("a");
        var lost = RenewAsync("b");
        var unknown = RenewAsync("c");
        Store.Latest.Grant();

        Store.Latest.GiveAnswers<LeaseAnswer>(
            new LeaseAnswer.Granted(null!), new LeaseAnswer.Lost(), new LeaseAnswer.Unknown(new IOException()));
        Clock.Settle();

        (await granted).ShouldBeOfType<LeaseAnswer.Granted>();
        (await lost).ShouldBeOfType<LeaseAnswer.Lost>();
        (await unknown).ShouldBeOfType<LeaseAnswer.Unknown>();
    }

    [Fact]
    public async Task A_release_that_something_holds_up_is_no_release()
    {
        var release = ReleaseAsync("a");

        Store.Latest.GiveAnswers<bool?>([null]);

        (await Should.ThrowAsync<InvalidOperationException>(release)).Message.ShouldContain("'a'");
    }

    [Fact]
    public async Task A_batch_that_fails_is_unknown_for_each()
    {
        var (renewal, other) = RenewTogether("a", "b");

        Store.Latest.Answer.SetException(new IOException("gone"));
        Clock.Settle();

        (await Should.ThrowAsync<IOException>(renewal)).Message.ShouldBe("gone");
        await Should.ThrowAsync<IOException>(other);
    }

    [Fact]
    public async Task A_store_that_answers_too_few_has_answered_nobody()
    {
        var (renewal, other) = RenewTogether("a", "b");

        Store.Latest.GiveAnswers<LeaseAnswer>(new LeaseAnswer.Lost());
        Clock.Settle();

        (await Should.ThrowAsync<InvalidOperationException>(renewal)).Message.ShouldContain("1 answers to 2 requests");
        await Should.ThrowAsync<InvalidOperationException>(other);
    }

    [Fact]
    public async Task A_grant_after_the_limit_is_reported_as_late()
    {
        var reply = AcquireAsync("a");
        Clock.Advance(Limit);
        (await reply)!.Value.Error.ShouldBeOfType<TimeoutException>();

        Store.Latest.Grant();

        Late.ShouldHaveSingleItem().ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task Whom_others_were_served_before_is_asked_for_again_and_hears_nothing_of_it()
    {
        _ = RenewAsync("first");
        var served = AcquireAsync("a");
        var waiting = AcquireAsync("b");
        Store.Latest.Grant();

        Store.Latest.GiveAnswers<LeaseAnswer>(new LeaseAnswer.BeingTaken(), new LeaseAnswer.NotYet(TimeSpan.Zero));
        Clock.Settle();

        (await served)!.Value.Answer.ShouldBeOfType<LeaseAnswer.BeingTaken>();
        waiting.IsCompleted.ShouldBeFalse();
        Sent.ShouldBe(["Renew first", "Acquire a b", "Acquire b"]);
        Store.Latest.Grant();
        (await waiting)!.Value.Answer.ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task Where_nobody_is_served_nobody_is_asked_for_again()
    {
        var reply = AcquireAsync("a");

        Store.Latest.GiveAnswers<LeaseAnswer>(new LeaseAnswer.NotYet(TimeSpan.Zero));

        (await reply)!.Value.Answer.ShouldBe(new LeaseAnswer.NotYet(TimeSpan.Zero));
        Sent.ShouldBe(["Acquire a"]);
    }

    [Fact]
    public async Task Whoever_is_withdrawn_while_others_are_served_is_not_asked_for_again()
    {
        using var withdrawal = new CancellationTokenSource();
        _ = RenewAsync("first");
        _ = AcquireAsync("a");
        var waiting = AcquireAsync("b", withdrawal.Token);
        Store.Latest.Grant();

        withdrawal.Cancel();
        Store.Latest.GiveAnswers<LeaseAnswer>(new LeaseAnswer.BeingTaken(), new LeaseAnswer.NotYet(TimeSpan.Zero));

        (await waiting).ShouldBeNull();
        Sent.ShouldBe(["Renew first", "Acquire a b"]);
    }

    [Fact]
    public async Task One_who_takes_his_time_over_his_answer_keeps_no_other_from_hers()
    {
        var store = new HeldStore(BatchLimit);
        var queue = new StoreQueue(store, TimeProvider.System);
        _ = queue.ReleaseAsync(new LeaseTerm("first", 1), TimeSpan.FromMinutes(1), CancellationToken.None);
        using var othersAreAnswered = new ManualResetEventSlim();
        var slow = BlockAfterAsync(
            queue.ReleaseAsync(new LeaseTerm("a", 1), TimeSpan.FromMinutes(1), CancellationToken.None),
            othersAreAnswered);
        var other = queue.ReleaseAsync(new LeaseTerm("b", 1), TimeSpan.FromMinutes(1), CancellationToken.None);
        store.Calls[0].Grant();

        _ = Task.Run(() => store.Calls[1].Grant(), TestContext.Current.CancellationToken);
        (await other.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).ShouldBeTrue();
        othersAreAnswered.Set();

        (await slow).ShouldBeTrue();
    }

    private (Task<LeaseAnswer> One, Task<LeaseAnswer> Other) RenewTogether(string election, string other)
    {
        _ = RenewAsync("first");
        var together = (RenewAsync(election), RenewAsync(other));
        Store.Latest.Grant();
        return together;
    }

    private static async Task<bool> BlockAfterAsync(Task<bool> answer, ManualResetEventSlim signal)
    {
        await answer.ConfigureAwait(false);
        return signal.Wait(TimeSpan.FromMinutes(1));
    }
}
