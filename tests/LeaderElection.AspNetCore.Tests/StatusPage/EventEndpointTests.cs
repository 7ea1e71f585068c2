using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Events over real connections.</summary>
public sealed class EventEndpointTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly InMemoryLeaseStore _store = new();
    private readonly HttpClient _client = new();

    [Fact]
    public async Task A_client_of_a_follower_hears_of_the_hand_over()
    {
        await using var first = await Replica.StartAsync(_store, "node-a");
        var token = (await first.Elector.WaitForLeadershipAsync()).FencingToken;
        await using var second = await Replica.StartAsync(_store, "node-b");
        await using var events = Read(await OpenAsync(second)).GetAsyncEnumerator();
        while (await NextLeaderAsync(events) != ("node-a", token))
        {
            // Heard before the replica had looked for the first time.
        }

        await first.StopAsync();

        while (await NextLeaderAsync(events) is not ("node-b", _))
        {
            // Nobody leads in between.
        }

        second.Elector.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public async Task Streams_end_when_the_app_stops_and_do_not_hold_it_up()
    {
        await using var replica = await Replica.StartAsync(_store, "node-a");
        var response = await OpenAsync(replica);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.GetValues("X-Accel-Buffering").Single().ShouldBe("no");
        var events = ReadAllAsync(response);

        await replica.StopAsync().WaitAsync(Soon);

        (await events.WaitAsync(Soon)).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_stream_ends_after_its_lifetime_so_that_its_client_is_authorized_anew()
    {
        await using var replica = await Replica.StartAsync(
            _store, "node-a", options => options.StreamLifetime = TimeSpan.FromMilliseconds(100));

        await ReadAllAsync(await OpenAsync(replica)).WaitAsync(Soon);
    }

    [Fact]
    public async Task Beyond_the_limit_clients_are_refused_until_one_leaves()
    {
        using var logs = WatchedLogs.New();
        await using var replica = await Replica.StartAsync(
            _store, "node-a", options => options.MaxEventStreams = 2, build: builder => logs.AddTo(builder));
        using var first = await OpenAsync(replica);
        using var second = await OpenAsync(replica);

        var refused = await _client.GetAsync(EventsOf(replica), HttpCompletionOption.ResponseHeadersRead);
        (await _client.GetAsync(EventsOf(replica))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await refused.Content.ReadAsStringAsync()).ShouldContain("urn:leader-election:too-many-streams");
        logs.Count(3053).ShouldBe(1);

        // The server notices when it next writes.
        first.Dispose();
        await logs.WaitForAsync(WatchedLogs.RequestFinished, times: 3);
        using var third = await OpenAsync(replica);
    }

    public void Dispose() => _client.Dispose();

    private static Uri EventsOf(Replica replica) => new($"{replica.Page}/events");

    private static async IAsyncEnumerable<SseItem<string>> Read(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync();
        var parser = SseParser.Create(body, (_, data) => Encoding.UTF8.GetString(data));
        await foreach (var item in parser.EnumerateAsync())
            yield return item;
    }

    private static async Task<int> ReadAllAsync(HttpResponseMessage response)
    {
        var count = 0;
        await foreach (var _ in Read(response))
            count++;
        return count;
    }

    private static async Task<(string? Leader, long? Token)> NextLeaderAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        (await events.MoveNextAsync().AsTask().WaitAsync(Soon)).ShouldBeTrue();
        events.Current.EventType.ShouldBe("election");
        var leader = JsonDocument.Parse(events.Current.Data).RootElement.GetProperty("leader");
        return leader.ValueKind == JsonValueKind.Null
            ? (null, null)
            : (leader.GetProperty("instanceId").GetString(), leader.GetProperty("token").GetInt64());
    }

    private async Task<HttpResponseMessage> OpenAsync(Replica replica)
    {
        var response = await _client.GetAsync(EventsOf(replica), HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return response;
    }
}
