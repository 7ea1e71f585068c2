using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests;

public class FaultyStoreTests
{
    private readonly Arena _arena = new();

    public static TheoryData<string> Faults =>
        ["throws", "throws at once", "hangs", "is cancelled", "is misconfigured", "answers null"];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Whatever_the_store_does_the_elector_goes_on(string fault)
    {
        var (elector, first) = _arena.Leader();
        _arena.Store.Break(Make(fault));
        _arena.Advance(60);
        elector.IsLeader.ShouldBeFalse();

        _arena.Store.Heal();

        _arena.AdvanceUntil(() => elector.IsLeader, 5);
        elector.Current!.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        _arena.Logs.Count(1015).ShouldBe(0);
        _arena.Finish(elector.StopAsync());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_store_that_is_down_does_not_keep_an_elector_from_starting(string fault)
    {
        _arena.Store.Break(Make(fault));
        var elector = _arena.Started();
        _arena.Advance(60);

        _arena.Store.Heal();

        _arena.AdvanceUntil(() => elector.IsLeader, 5);
    }

    [Fact]
    public void An_outage_is_logged_once_and_then_once_a_minute()
    {
        _arena.Store.Break(Fault.Throw());
        _arena.Started();

        _arena.Advance(59);
        _arena.Logs.Count(1003).ShouldBe(1);
        _arena.Advance(10);

        _arena.Logs.Count(1003).ShouldBe(2);
    }

    [Fact]
    public void The_store_may_take_a_second_to_get_ready_however_short_the_lease_is()
    {
        _arena.Store.Next(StoreOperation.Initialize, Fault.AnswerLate(TimeSpan.FromSeconds(0.9)));

        var elector = _arena.Started(configure: options => options.LeaseDuration = TimeSpan.FromMilliseconds(100));
        _arena.AdvanceUntil(() => elector.IsLeader, 0.95);

        _arena.Store.Count(StoreOperation.Initialize).ShouldBe(1);
    }

    [Fact]
    public void An_outage_is_one_line_with_its_cause_and_the_stack_is_for_debug()
    {
        var cause = new InvalidOperationException("Connection\nrefused");
        _arena.Store.Break(Fault.Throw(new IOException("The store cannot be reached", cause)));
        _arena.Started();
        _arena.Advance(30);

        var entry = _arena.Logs.Entries.Where(entry => entry.Level >= LogLevel.Warning).ShouldHaveSingleItem();
        entry.EventId.ShouldBe(1003);
        entry.Level.ShouldBe(LogLevel.Warning);
        entry.Message.ShouldEndWith("trying again: The store cannot be reached (Connection refused)");
        entry.Exception.ShouldBeNull();
        var details = _arena.Logs.Entries.Where(entry => entry.EventId == 1018).ToList();
        details.Count.ShouldBeGreaterThan(5);
        details.ShouldAllBe(detail => detail.Level == LogLevel.Debug && detail.Exception!.InnerException == cause);
    }

    [Fact]
    public void A_cleanup_that_fails_is_one_line_and_the_stack_is_for_debug()
    {
        _arena.Leader();
        _arena.Store.Always(StoreOperation.DeleteExpired, Fault.Throw());
        _arena.Advance(60);

        var entry = _arena.Logs.Entries.Where(entry => entry.EventId == 1014).ShouldHaveSingleItem();
        entry.Message.ShouldEndWith("The store is down.");
        entry.Exception.ShouldBeNull();
        _arena.Logs.Entries.Where(entry => entry.EventId == 1018).ShouldHaveSingleItem().Exception.ShouldNotBeNull();
    }

    [Fact]
    public void What_someone_has_to_mend_is_repeated_every_ten_minutes_and_never_said_to_pass()
    {
        _arena.Store.Break(Fault.Misconfigured("No right to write. Grant it."));
        _arena.Started();
        _arena.Advance(599);
        _arena.Logs.Count(1005).ShouldBe(1);
        _arena.Advance(10);

        _arena.Logs.Count(1005).ShouldBe(2);
        _arena.Logs.Count(1003).ShouldBe(0);
        _arena.Logs.Entries.First(entry => entry.EventId == 1005).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("No right to write. Grant it."),
            message => message.ShouldNotContain("trying again"));
    }

    [Fact]
    public void An_outage_that_follows_what_someone_had_to_mend_is_said_within_a_minute()
    {
        _arena.Store.Break(Fault.Misconfigured("No right to write."));
        _arena.Started();
        _arena.Advance(30);
        _arena.Store.Break(Fault.Throw());
        _arena.Advance(35);

        _arena.Logs.Count(1003).ShouldBe(1);
    }

    [Fact]
    public void What_someone_has_to_mend_is_said_once_as_an_error()
    {
        _arena.Store.Break(Fault.Misconfigured("Table leader_lease is missing. Run the script."));
        _arena.Started();
        _arena.Advance(30);

        var entry = _arena.Logs.Entries.Where(entry => entry.EventId == 1005).ShouldHaveSingleItem();
        entry.Level.ShouldBe(LogLevel.Error);
        entry.Message.ShouldContain("leader_lease is missing");

        _arena.Store.Break(Fault.Misconfigured("No right to write."));
        _arena.Advance(10);
        _arena.Logs.Count(1005).ShouldBe(2);
    }

    [Fact]
    public void A_store_is_initialised_once_and_again_after_it_said_that_it_is_misconfigured()
    {
        var (elector, _) = _arena.Leader();
        _arena.Advance(30);
        _arena.Store.Count(StoreOperation.Initialize).ShouldBe(1);
        _arena.Store.Break(Fault.Misconfigured("Gone."));
        _arena.Advance(12);
        elector.IsLeader.ShouldBeFalse();
        _arena.Store.Heal();

        _arena.AdvanceUntil(() => elector.IsLeader, 5);

        _arena.Store.Count(StoreOperation.Initialize).ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_lost_acquire_answer_costs_one_lease_at_the_most()
    {
        _arena.Store.Next(StoreOperation.Acquire, Fault.LoseAnswer());
        var elector = _arena.Started();
        elector.IsLeader.ShouldBeFalse();

        _arena.AdvanceUntil(() => elector.IsLeader, 10.1);

        elector.Current!.FencingToken.ShouldBe(2, "a lease whose grant was not heard is nobody's");
    }

    [Fact]
    public void A_lease_granted_too_late_is_given_back_and_won_anew()
    {
        _arena.Store.Next(StoreOperation.Acquire, Fault.ApplyLate(TimeSpan.FromSeconds(1.52)));
        var elector = _arena.Started();

        _arena.AdvanceUntil(() => elector.IsLeader, 3);

        elector.Current!.FencingToken.ShouldBeGreaterThan(0);
        _arena.Advance(60);
        elector.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public void A_late_renewal_harms_nobody()
    {
        var (elector, _) = _arena.Leader("a");
        _arena.Store.Next(StoreOperation.Renew, Fault.ApplyLate(TimeSpan.FromSeconds(30)));
        _arena.Advance(3.1);
        _arena.Finish(elector.StopAsync(), 2);
        var (successor, term) = _arena.Leader("b");

        _arena.Advance(60);

        successor.Current.ShouldBeSameAs(term);
    }

    private static Fault Make(string fault) => fault switch
    {
        "throws" => Fault.Throw(),
        "throws at once" => Fault.ThrowSynchronously(),
        "hangs" => Fault.Hang(),
        "is cancelled" => Fault.Throw(new OperationCanceledException()),
        "answers null" => Fault.AnswerNull(),
        _ => Fault.Misconfigured("Someone has to act."),
    };

    [Fact]
    public void A_log_that_throws_ends_nothing()
    {
        var logs = new LogCollector { Failure = new IOException("The disk is full.") };
        var elector = new LeaseElector(
            _arena.Store, Arena.Options("a"), logs, _arena.Clock, new SteadyRandom(0.5), ElectionInstruments.Shared);
        _arena.Store.Break(Fault.Throw());
        _arena.Finish(elector.StartAsync());
        _arena.Advance(30);

        _arena.Store.Heal();

        _arena.AdvanceUntil(() => elector.IsLeader, 5);
        _arena.Finish(elector.StopAsync());
    }
}
