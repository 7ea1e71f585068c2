using System.Net.ServerSentEvents;
using System.Text.Json;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>What one client is sent, without a server and on a manual clock.</summary>
public sealed class EventStreamTests : IDisposable
{
    private readonly ToldElector _first = new();
    private readonly ToldElector _second = new("second");
    private readonly StatusPageOptions _options = new();
    private readonly CancellationTokenSource _stop = new();
    private int _stuck;

    [Fact]
    public async Task A_new_client_is_told_every_election_at_once()
    {
        await using var bench = await MonitorBench.StartAsync(_first, _second);
        await using var events = Open(bench);

        (await NextAsync(events)).ShouldBe("default");
        (await NextAsync(events)).ShouldBe("second");
        events.Current.EventType.ShouldBe("election");
    }

    [Fact]
    public async Task A_change_is_told_at_once_and_only_the_election_that_changed()
    {
        await using var bench = await MonitorBench.StartAsync(_first, _second);
        await using var events = await OpenAndReadAllAsync(bench);

        var next = NextAsync(events);
        _second.TellLeader("other", 7);

        (await next).ShouldBe("second");
        Token(events.Current).ShouldBe(7);
        NextAsync(events).IsCompleted.ShouldBeFalse();
        await _stop.CancelAsync();
    }

    [Fact]
    public async Task Every_election_is_told_again_at_every_refresh()
    {
        _options.RefreshInterval = TimeSpan.FromSeconds(3);
        await using var bench = await MonitorBench.StartAsync(_first, _second);
        await using var events = await OpenAndReadAllAsync(bench);

        for (var refresh = 0; refresh < 3; refresh++)
        {
            var next = NextAsync(events);
            bench.Clock.Advance(TimeSpan.FromSeconds(2.9));
            next.IsCompleted.ShouldBeFalse();
            bench.Clock.Advance(TimeSpan.FromSeconds(0.1));
            (await next).ShouldBe("default");
            (await NextAsync(events)).ShouldBe("second");
        }
    }

    [Fact]
    public async Task A_slow_client_gets_the_newest_state_with_the_history_of_what_it_missed()
    {
        await using var bench = await MonitorBench.StartAsync(_first);
        await using var events = Open(bench);
        await NextAsync(events);

        for (var token = 1; token <= 5; token++)
            _first.TellLeader("other", token);

        await NextAsync(events);
        Token(events.Current).ShouldBe(5);
        Document(events.Current).GetProperty("terms").GetArrayLength().ShouldBe(5);
        NextAsync(events).IsCompleted.ShouldBeFalse();
        await _stop.CancelAsync();
    }

    [Fact]
    public async Task The_stream_ends_without_an_exception_when_it_is_told_to()
    {
        await using var bench = await MonitorBench.StartAsync(_first);
        await using var events = await OpenAndReadAllAsync(bench);

        var next = events.MoveNextAsync();
        await _stop.CancelAsync();

        (await next).ShouldBeFalse();
        bench.Clock.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_client_that_does_not_take_an_event_in_time_is_stuck_and_one_that_waits_for_news_is_not()
    {
        await using var bench = await MonitorBench.StartAsync(_first);
        _options.RefreshInterval = TimeSpan.FromMinutes(1);
        await using var events = Open(bench);
        await NextAsync(events);

        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        var next = NextAsync(events);
        bench.Clock.Advance(TimeSpan.FromSeconds(40));
        _stuck.ShouldBe(0);

        bench.Clock.Advance(TimeSpan.FromSeconds(11));
        await next;
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        _stuck.ShouldBe(1);
    }

    [Fact]
    public async Task Any_number_of_clients_is_one_watch_of_the_elector()
    {
        await using var bench = await MonitorBench.StartAsync(_first);

        for (var client = 0; client < 50; client++)
            await NextAsync(Open(bench));

        _first.Watches.ShouldBe(1);
    }

    public void Dispose() => _stop.Dispose();

    private static async Task<string?> NextAsync(IAsyncEnumerator<SseItem<byte[]>> events)
    {
        (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15))).ShouldBeTrue();
        return Document(events.Current).GetProperty("name").GetString();
    }

    private static JsonElement Document(SseItem<byte[]> item) => JsonDocument.Parse(item.Data).RootElement;

    private static long Token(SseItem<byte[]> item) =>
        Document(item).GetProperty("leader").GetProperty("token").GetInt64();

    private IAsyncEnumerator<SseItem<byte[]>> Open(MonitorBench bench) =>
        new EventStream(bench.Monitor, _options, () => _stuck++).ReadAsync(_stop.Token).GetAsyncEnumerator();

    private async Task<IAsyncEnumerator<SseItem<byte[]>>> OpenAndReadAllAsync(MonitorBench bench)
    {
        var events = Open(bench);
        foreach (var _ in bench.Monitor.Elections)
            await NextAsync(events);
        return events;
    }
}
