namespace LeaderElection.Tests;

/// <summary>Who goes when, and with whom.</summary>
public class StoreQueueTests : QueueTests
{
    private static readonly TimeSpan UntilPassedBy = Limit / 10;

    [Fact]
    public void One_alone_is_sent_at_once()
    {
        _ = RenewAsync("a");

        Sent.ShouldBe(["Renew a"]);
    }

    [Fact]
    public void Those_that_come_while_a_batch_is_under_way_go_together_when_it_is_answered()
    {
        _ = RenewAsync("a");
        _ = RenewAsync("b");
        _ = RenewAsync("c");

        Store.Latest.Grant();

        Sent.ShouldBe(["Renew a", "Renew b c"]);
    }

    [Fact]
    public void Renewals_go_before_releases_and_those_before_attempts_to_acquire_and_those_before_looks()
    {
        _ = LookAsync("a");
        _ = LookAsync("b");
        _ = AcquireAsync("c");
        _ = ReleaseAsync("d");
        _ = RenewAsync("e");

        for (var answered = 0; answered < 5; answered++)
            Store.Calls[answered].Grant();

        Sent.ShouldBe(["Read a", "Renew e", "Release d", "Acquire c", "Read b"]);
    }

    [Fact]
    public void A_batch_that_is_not_answered_for_a_tenth_of_its_limit_is_passed_by()
    {
        _ = RenewAsync("a");
        _ = RenewAsync("b");

        Clock.Advance(UntilPassedBy - TimeSpan.FromMilliseconds(2));
        Sent.ShouldBe(["Renew a"]);
        Clock.Advance(TimeSpan.FromMilliseconds(3));

        Sent.ShouldBe(["Renew a", "Renew b"]);
    }

    [Fact]
    public void Renewals_find_room_however_many_attempts_to_acquire_hang()
    {
        foreach (var election in new[] { "a", "b", "c" })
        {
            _ = AcquireAsync(election);
            Clock.Advance(UntilPassedBy + TimeSpan.FromMilliseconds(1));
        }

        _ = RenewAsync("d");

        Sent.ShouldBe(["Acquire a", "Acquire b", "Renew d"]);
    }

    [Fact]
    public async Task An_attempt_to_acquire_that_waits_can_be_withdrawn_and_is_not_sent()
    {
        using var withdrawal = new CancellationTokenSource();
        _ = RenewAsync("first");
        var reply = AcquireAsync("a", withdrawal.Token);

        withdrawal.Cancel();
        Store.Latest.Grant();

        (await reply).ShouldBeNull();
        Sent.ShouldBe(["Renew first"]);
    }

    [Fact]
    public async Task What_is_withdrawn_before_it_is_asked_is_not_sent()
    {
        var reply = AcquireAsync("a", new CancellationToken(canceled: true));

        Sent.ShouldBeEmpty();
        (await reply).ShouldBeNull();
    }

    [Fact]
    public void What_was_withdrawn_does_not_hold_up_the_next_one_of_its_election()
    {
        using var withdrawal = new CancellationTokenSource();
        _ = RenewAsync("first");
        _ = AcquireAsync("a", withdrawal.Token);
        _ = AcquireAsync("a");
        _ = LookAsync("b");

        withdrawal.Cancel();
        Store.Latest.Grant();

        Sent.ShouldBe(["Renew first", "Acquire a"]);
    }

    [Fact]
    public async Task What_was_sent_is_not_called_back()
    {
        using var withdrawal = new CancellationTokenSource();
        var reply = AcquireAsync("a", withdrawal.Token);

        withdrawal.Cancel();
        reply.IsCompleted.ShouldBeFalse();
        Store.Latest.Grant();

        (await reply)!.Value.Answer.ShouldBeOfType<LeaseAnswer.Granted>();
    }

    [Fact]
    public async Task The_time_in_the_queue_is_not_an_attempts_failure()
    {
        _ = RenewAsync("a", TimeSpan.FromHours(1));
        var reply = AcquireAsync("b");
        Clock.Advance(2 * Limit);
        reply.IsCompleted.ShouldBeFalse();

        Store.Latest.Grant();
        var sent = Moment.Now(Clock);
        Clock.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Store.Latest.Grant();

        var (answer, _, since) = (await reply)!.Value;
        answer.ShouldBeOfType<LeaseAnswer.Granted>();
        since.ShouldBe(sent);
    }

    [Fact]
    public void After_a_time_out_half_as_many_go_together_and_more_again_when_they_are_answered()
    {
        _ = RenewAsync("first");
        foreach (var number in Enumerable.Range(0, 40))
            _ = RenewAsync($"{number}");
        Store.Latest.Grant();
        Store.Latest.Elections.Count.ShouldBe(BatchLimit);

        Clock.Advance(Limit);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        var afterwards = Store.Calls.Count;
        Store.Latest.Elections.Count.ShouldBe(BatchLimit / 2);
        foreach (var call in Store.Calls.Where(call => !call.Answer.Task.IsCompleted).ToList())
            call.Grant();

        Store.Calls.Skip(afterwards).Select(call => call.Elections.Count).ShouldContain(BatchLimit);
    }

    [Fact]
    public void No_election_is_twice_in_a_batch()
    {
        _ = RenewAsync("first");
        _ = AcquireAsync("a");
        _ = AcquireAsync("a");
        _ = AcquireAsync("b");

        Store.Latest.Grant();
        Store.Latest.Grant();

        Sent.ShouldBe(["Renew first", "Acquire a b", "Acquire a"]);
    }

    [Fact]
    public void One_that_is_much_more_patient_does_not_go_with_the_others()
    {
        _ = RenewAsync("first");
        _ = RenewAsync("a");
        _ = RenewAsync("patient", 3 * Limit);
        _ = RenewAsync("b");

        Store.Latest.Grant();
        Store.Latest.Grant();

        Sent.ShouldBe(["Renew first", "Renew a b", "Renew patient"]);
    }

    [Fact]
    public void Among_many_electors_a_renewal_waits_a_little_for_others()
    {
        Join(1000);
        _ = RenewAsync("a");
        Clock.Advance(TimeSpan.FromMilliseconds(10));
        _ = RenewAsync("b");
        Store.Calls.ShouldBeEmpty();

        Clock.Advance(TimeSpan.FromMilliseconds(15));

        Sent.ShouldBe(["Renew a b"]);
    }

    [Fact]
    public void Nobody_waits_for_others_once_a_batch_is_full()
    {
        Join(1000);
        foreach (var number in Enumerable.Range(0, BatchLimit))
            _ = RenewAsync($"{number}");

        Store.Latest.Elections.Count.ShouldBe(BatchLimit);
    }

    [Fact]
    public void When_the_others_have_gone_nobody_waits_for_them()
    {
        Join(1000);
        Leave(1000);

        _ = RenewAsync("a");

        Sent.ShouldBe(["Renew a"]);
    }

    [Fact]
    public void A_release_waits_for_nobody()
    {
        Join(10_000);

        _ = ReleaseAsync("a");

        Sent.ShouldBe(["Release a"]);
    }

    [Fact]
    public void A_store_that_knows_no_batches_is_asked_for_all_at_once()
    {
        var store = new ScriptedStore(Clock);
        store.Always(StoreOperation.Acquire, Fault.Hang());
        var queue = new StoreQueue(store, Clock);

        foreach (var election in new[] { "a", "b", "c", "d", "e" })
        {
            var claim = Claims.Of(election, election, TimeSpan.FromSeconds(10));
            _ = queue.AcquireAsync(claim, Limit, TimeSpan.Zero, Late.Add, CancellationToken.None);
        }

        store.Calls.Select(call => call.Who).ShouldBe(["a", "b", "c", "d", "e"]);
    }
}
