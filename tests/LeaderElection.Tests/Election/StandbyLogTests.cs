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
        var options = Arena.Options("b");
        var telemetry = new ElectionTelemetry(ElectionInstruments.Shared, "orders", _arena.Clock, run => run());
        var view = new ElectionView(options, telemetry, new StandbyLog(_arena.Logs, options), _arena.Clock);
        var lease = _arena.Usurp("a");

        view.NoteLeader(lease);
        view.ForgetLeader();
        view.Leader.ShouldBeNull();
        view.NoteLeader(lease);

        view.Leader!.InstanceId.ShouldBe("a");
        Lines().ShouldHaveSingleItem();
    }

    private IEnumerable<string> Lines() =>
        _arena.Logs.Entries.Where(entry => entry is { EventId: 1020, Level: LogLevel.Information })
            .Select(entry => entry.Message);
}
