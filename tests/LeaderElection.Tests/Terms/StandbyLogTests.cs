using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests;

public class StandbyLogTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void A_standby_says_once_whom_it_stands_by_for()
    {
        _arena.Leader("a");
        _arena.Started("b");
        _arena.Advance(300);

        Lines().ShouldBe(["'b' stands by in election 'orders'; the leader is 'a', term 1."]);
    }

    [Fact]
    public void It_says_so_again_at_every_change_of_leader()
    {
        var (first, _) = _arena.Leader("a");
        _arena.Started("b");
        _arena.Started("c", random: 0.99);
        _arena.Finish(first.StopAsync());
        _arena.Advance(30);

        Lines().ShouldBe(
        [
            "'b' stands by in election 'orders'; the leader is 'a', term 1.",
            "'c' stands by in election 'orders'; the leader is 'a', term 1.",
            "'c' stands by in election 'orders'; the leader is 'b', term 2.",
        ]);
    }

    [Fact]
    public void One_that_has_led_says_whom_it_stands_by_for_now()
    {
        var (first, _) = _arena.Leader("a");
        _arena.Started("b");

        _arena.Finish(first.ReleaseAsync());
        _arena.Advance(5);

        Lines().Last().ShouldBe("'a' stands by in election 'orders'; the leader is 'b', term 2.");
    }

    [Fact]
    public void A_leader_that_was_lost_from_sight_and_is_seen_again_is_no_change()
    {
        var telemetry = new ElectionTelemetry(ElectionInstruments.Shared, "orders", _arena.Clock, run => run());
        var standby = new StandbyLog(_arena.Logs, "orders", "b");
        var view = new ElectionView(TimeSpan.FromSeconds(4), telemetry, standby, _arena.Clock);
        var leader = new LeaderInfo("a", 1, null, default);

        view.NoteLeader(leader, TimeSpan.FromSeconds(10));
        view.ForgetLeader();
        view.Leader.ShouldBeNull();
        view.NoteLeader(leader, TimeSpan.FromSeconds(10));

        view.Leader!.InstanceId.ShouldBe("a");
        Lines().ShouldHaveSingleItem();
    }

    private IEnumerable<string> Lines() =>
        _arena.Logs.Entries.Where(entry => entry is { EventId: 1020, Level: LogLevel.Information })
            .Select(entry => entry.Message);
}
