using System.Net;
using Microsoft.AspNetCore.Builder;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>The JSON is public: programs read it.</summary>
public class StatusJsonTests
{
    private readonly ToldElector _elector = new("default", "<node>", "billing");
    private readonly ToldElector _other = new("other", "node-1");

    [Fact]
    public async Task The_status_tells_every_election_of_the_process()
    {
        await using var app = await TestApp.StartAsync(
            [_elector, _other], app => app.MapLeaderElection(configure: options => options.AllowStepDown = true)
                .AllowAnonymous());
        _elector.TellLeader("node-2", 6);
        app.Clock.Advance(TimeSpan.FromSeconds(2));
        _elector.TellAcquired(7, DateTimeOffset.UnixEpoch);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        _elector.TellEnd(LeadershipChangeReason.Superseded);
        _elector.TellAcquired(8, DateTimeOffset.UnixEpoch);
        _elector.Status = new ElectorStatus
        {
            Whole = TimeSpan.FromSeconds(10),
            Remaining = TimeSpan.FromSeconds(6.5),
            Silence = TimeSpan.FromSeconds(1.25),
            LastFailure = new FailedAttempt
            {
                At = DateTimeOffset.UnixEpoch,
                Operation = "renew",
                Message = "broken pipe",
            },
        };
        _other.Status = new ElectorStatus { IsRunning = false, IsOverdue = true };

        var response = await app.Client.GetAsync("/leader-election/status");

        response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        response.Headers.CacheControl!.ToString().ShouldBe("no-store");
        (await response.Content.ReadAsStringAsync()).ShouldBe(Compact(
            """
            {"instanceTime":"2030-01-01T00:00:03+00:00","elections":[
            {"name":"default","electionName":"billing","instanceId":"\u003Cnode\u003E",
             "instanceTime":"2030-01-01T00:00:03+00:00","role":"leader","isLeader":true,"token":8,
             "leader":{"instanceId":"\u003Cnode\u003E","token":8,"endpoint":null,"since":"1970-01-01T00:00:00+00:00"},
             "leaseDurationMs":10000,"leaseRemainingMs":6500,"isOverdue":false,"storeSilenceMs":1250,
             "lastFailure":{"at":"1970-01-01T00:00:00+00:00","operation":"renew","message":"broken_pipe"},
             "canStepDown":true,"refreshIntervalMs":1000,"terms":[
             {"leader":"node-2","token":6,"from":"2030-01-01T00:00:00+00:00","to":"2030-01-01T00:00:02+00:00",
              "endedBy":null,"isSelf":false},
             {"leader":"\u003Cnode\u003E","token":7,"from":"2030-01-01T00:00:02+00:00",
              "to":"2030-01-01T00:00:03+00:00","endedBy":"superseded","isSelf":true},
             {"leader":"\u003Cnode\u003E","token":8,"from":"2030-01-01T00:00:03+00:00","to":null,
              "endedBy":null,"isSelf":true}]},
            {"name":"other","electionName":"other","instanceId":"node-1",
             "instanceTime":"2030-01-01T00:00:03+00:00","role":"stopped","isLeader":false,"token":null,"leader":null,
             "leaseDurationMs":null,"leaseRemainingMs":null,"isOverdue":true,"storeSilenceMs":null,
             "lastFailure":null,"canStepDown":false,"refreshIntervalMs":1000,"terms":[]}]}
            """));
    }

    [Fact]
    public async Task A_follower_tells_where_the_leader_can_be_reached_and_cannot_step_down()
    {
        await using var app = await TestApp.StartAsync(
            [_elector], app => app.MapLeaderElection(configure: options => options.AllowStepDown = true)
                .AllowAnonymous());
        _elector.TellLeader("node-2", 6, new Uri("https://node-2:8443"));

        var status = await app.Client.GetStringAsync("/leader-election/status");

        status.ShouldContain("\"role\":\"follower\"");
        status.ShouldContain("\"endpoint\":\"https://node-2:8443/\"");
        status.ShouldContain("\"canStepDown\":false");
    }

    [Theory]
    [InlineData("/leader-election", "text/html; charset=utf-8")]
    [InlineData("/leader-election/", "text/html; charset=utf-8")]
    [InlineData("/leader-election/status", "application/json; charset=utf-8")]
    [InlineData("/leader-election/events", "text/event-stream")]
    public async Task Head_tells_what_get_would_send(string address, string contentType)
    {
        await using var app = await TestApp.StartAsync([_elector], app => app.MapLeaderElection());

        var response = await app.SendAsync(HttpMethod.Head, address);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().ShouldBe(contentType);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    private static string Compact(string json) =>
        string.Concat(json.Where(letter => !char.IsWhiteSpace(letter))).Replace("broken_pipe", "broken pipe");
}
