namespace LeaderElection.AspNetCore.Tests;

public class ElectionMonitorTests
{
    private readonly ToldElector _elector = new(instanceId: "me");

    [Fact]
    public async Task The_history_tells_who_led_from_when_to_when_and_how_own_terms_ended()
    {
        await using var bench = await MonitorBench.StartAsync(_elector);
        var start = bench.Clock.GetUtcNow();

        _elector.TellAcquired(5);
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        _elector.TellEnd(LeadershipChangeReason.Expired);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        _elector.TellLeader("other", 6);
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        _elector.TellLeader("third", 7);

        bench.Election.Terms.ShouldBe(
        [
            new ObservedTerm("me", 5, start, start.AddSeconds(10), LeadershipChangeReason.Expired, IsSelf: true),
            new ObservedTerm("other", 6, start.AddSeconds(11), start.AddSeconds(13), null, IsSelf: false),
            new ObservedTerm("third", 7, start.AddSeconds(13), null, null, IsSelf: false),
        ]);
    }

    [Fact]
    public async Task A_term_that_was_out_of_sight_for_a_while_is_one_term()
    {
        await using var bench = await MonitorBench.StartAsync(_elector);
        var start = bench.Clock.GetUtcNow();

        _elector.TellLeader("other", 6);
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        _elector.TellNobodyLeads();
        bench.Election.Terms.Single().To.ShouldBe(start.AddSeconds(5));
        _elector.TellLeader("other", 6);

        bench.Election.Terms.ShouldBe([new ObservedTerm("other", 6, start, null, null, IsSelf: false)]);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_no_term_end_before_it_began()
    {
        await using var bench = await MonitorBench.StartAsync(_elector);

        _elector.TellLeader("other", 6);
        bench.Clock.SetWall(TimeSpan.FromHours(-1));
        _elector.TellNobodyLeads();

        var term = bench.Election.Terms.Single();
        term.To.ShouldBe(term.From);
    }

    [Fact]
    public async Task The_history_keeps_the_last_hundred_terms()
    {
        await using var bench = await MonitorBench.StartAsync(_elector);

        for (var token = 1; token <= 250; token++)
            _elector.TellLeader($"node-{token % 3}", token);

        bench.Election.Terms.Select(term => (int)term.FencingToken).ShouldBe(Enumerable.Range(151, 100));
    }

    [Fact]
    public async Task An_elector_that_cannot_be_watched_is_logged_once_and_tried_again_until_it_can()
    {
        var well = new ToldElector("well");
        _elector.OnWatch = () => throw new InvalidOperationException("broken");
        await using var bench = await MonitorBench.StartAsync(_elector, well);
        well.TellLeader("other", 1);
        for (var second = 0; second < 5; second++)
            bench.Clock.Advance(TimeSpan.FromSeconds(1));

        _elector.Watches.ShouldBe(6);
        bench.Logs.Count(3051).ShouldBe(1);
        bench.Monitor.Elections[1].Terms.Count.ShouldBe(1);
        _elector.OnWatch = () => { };
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        _elector.TellLeader("other", 3);
        bench.Election.Terms.Single().FencingToken.ShouldBe(3);
    }

    [Fact]
    public async Task An_elector_that_was_stopped_is_not_watched_again()
    {
        await using var bench = await MonitorBench.StartAsync(_elector);
        var changed = bench.Monitor.Changed;

        _elector.StopTelling();

        await changed;
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        _elector.Watches.ShouldBe(1);
        bench.Clock.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Stopping_ends_every_watch_even_between_two_tries()
    {
        _elector.OnWatch = () => throw new InvalidOperationException("broken");
        await using var bench = await MonitorBench.StartAsync(_elector, new ToldElector("well"));

        await bench.Monitor.StopAsync(CancellationToken.None);

        bench.Clock.ActiveTimers.ShouldBe(0);
    }
}
