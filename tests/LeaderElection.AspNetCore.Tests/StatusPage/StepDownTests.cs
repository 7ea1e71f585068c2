using System.Net;
using Microsoft.AspNetCore.Builder;

namespace LeaderElection.AspNetCore.Tests;

public class StepDownTests
{
    private const string Address = "/leader-election/elections/default/step-down?token=7";

    private readonly ToldElector _elector = new();
    private int _released;

    public StepDownTests()
    {
        _elector.OnRelease = () =>
        {
            _released++;
            return Task.CompletedTask;
        };
    }

    [Theory]
    [InlineData("same-origin", null, true)]
    [InlineData("none", null, true)]
    [InlineData("cross-site", null, false)]
    [InlineData("same-site", null, false)]
    [InlineData("something new", null, false)]
    [InlineData("cross-site", "http://localhost", false)]
    [InlineData("same-origin", "http://proxied.example", true)]
    [InlineData(null, null, true)]
    [InlineData(null, "http://localhost", true)]
    [InlineData(null, "https://LOCALHOST", true)]
    [InlineData(null, "http://localhost:81", false)]
    [InlineData(null, "http://localhost.evil.example", false)]
    [InlineData(null, "http://evil.example", false)]
    [InlineData(null, "null", false)]
    [InlineData(null, "localhost", false)]
    public async Task A_request_that_a_page_of_another_site_sent_does_nothing(
        string? site, string? origin, bool isAllowed)
    {
        await using var app = await StartAsync();
        _elector.TellAcquired(7);
        var headers = new[] { ("Sec-Fetch-Site", site), ("Origin", origin) }
            .Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!)).ToArray();

        var response = await app.SendAsync(HttpMethod.Post, Address, headers);

        response.StatusCode.ShouldBe(isAllowed ? HttpStatusCode.Accepted : HttpStatusCode.Forbidden);
        _released.ShouldBe(isAllowed ? 1 : 0);
        if (!isAllowed)
            await ShouldBeProblemAsync(response, "cross-site");
    }

    [Theory]
    [InlineData("default/step-down?token=6", HttpStatusCode.Conflict, "other-term")]
    [InlineData("default/step-down?token=8", HttpStatusCode.Conflict, "other-term")]
    [InlineData("unknown/step-down?token=7", HttpStatusCode.NotFound, "unknown-election")]
    [InlineData("default/step-down", HttpStatusCode.BadRequest, "token-missing")]
    [InlineData("default/step-down?token=", HttpStatusCode.BadRequest, "token-missing")]
    [InlineData("default/step-down?token=7&token=7", HttpStatusCode.BadRequest, "token-missing")]
    [InlineData("default/step-down?token=-7", HttpStatusCode.BadRequest, "token-missing")]
    [InlineData("default/step-down?token=7.0", HttpStatusCode.BadRequest, "token-missing")]
    [InlineData("default/step-down?token=99999999999999999999", HttpStatusCode.BadRequest, "token-missing")]
    public async Task What_does_not_name_the_term_held_here_does_nothing(
        string request, HttpStatusCode status, string problem)
    {
        await using var app = await StartAsync();
        _elector.TellAcquired(7);

        var response = await app.SendAsync(HttpMethod.Post, $"/leader-election/elections/{request}");

        response.StatusCode.ShouldBe(status);
        await ShouldBeProblemAsync(response, problem);
        _released.ShouldBe(0);
    }

    [Fact]
    public async Task A_follower_does_not_step_down_even_for_the_leaders_token()
    {
        await using var app = await StartAsync();
        _elector.TellLeader("other", 7);

        (await app.SendAsync(HttpMethod.Post, Address)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        _released.ShouldBe(0);
    }

    [Fact]
    public async Task A_get_does_not_step_down()
    {
        await using var app = await StartAsync();
        _elector.TellAcquired(7);

        (await app.SendAsync(HttpMethod.Get, Address)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        _released.ShouldBe(0);
    }

    [Fact]
    public async Task The_answer_does_not_wait_for_the_work_to_end_and_a_failure_is_logged()
    {
        var work = new TaskCompletionSource();
        _elector.OnRelease = () => work.Task;
        await using var app = await StartAsync();
        _elector.TellAcquired(7);

        (await app.SendAsync(HttpMethod.Post, Address)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        work.SetException(new InvalidOperationException("broken"));
        app.Logs.Count(3056).ShouldBe(1);
    }

    [Fact]
    public async Task Who_asked_is_logged()
    {
        await using var app = await StartAsync();
        _elector.TellAcquired(7);

        await app.SendAsync(HttpMethod.Post, Address, ("X-User", "ann"));
        await app.SendAsync(HttpMethod.Post, Address);

        app.Logs.Entries.Where(entry => entry.EventId == 3054).Select(entry => entry.Message).ShouldBe(
        [
            "'ann' makes this instance step down from term 7 of election 'default'.",
            "'anonymous' makes this instance step down from term 7 of election 'default'.",
        ]);
    }

    [Fact]
    public async Task An_election_whose_name_holds_a_slash_can_be_named()
    {
        var slashed = new ToldElector("a/b c");
        await using var app = await StartAsync(slashed);
        slashed.TellAcquired(1);

        (await app.SendAsync(HttpMethod.Post, "/leader-election/elections/a%2Fb%20c/step-down?token=1")).StatusCode
            .ShouldBe(HttpStatusCode.Accepted);
    }

    private Task<TestApp> StartAsync(params ToldElector[] more) => TestApp.StartAsync([_elector, .. more], app =>
    {
        app.UseAuthentication();
        app.MapLeaderElection(configure: options => options.AllowStepDown = true).AllowAnonymous();
    });

    private static async Task ShouldBeProblemAsync(HttpResponseMessage response, string type)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync()).ShouldContain($"\"type\":\"urn:leader-election:{type}\"");
    }
}
