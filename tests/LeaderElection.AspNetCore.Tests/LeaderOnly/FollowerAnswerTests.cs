using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

public class FollowerAnswerTests
{
    private static readonly Uri Path = new("/work", UriKind.Relative);

    [Fact]
    public async Task A_follower_says_in_a_problem_what_is_the_matter_and_when_to_come_back()
    {
        await using var app = await RealApp.StartAsync(MapWork, Role.Follower);
        app.Clock.Advance(TimeSpan.FromSeconds(1.5));

        using var response = await app.Client.GetAsync(Path);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(9), "8.5 seconds of the lease remain");
        response.Headers.CacheControl!.ToString().ShouldBe("no-store");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("type").GetString().ShouldBe("urn:leader-election:not-leader");
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("status").GetInt32().ShouldBe(503);
        problem.GetProperty("detail").GetString()!.ShouldContain("'default'");
        problem.GetProperty("election").GetString().ShouldBe("default");
    }

    [Fact]
    public async Task The_answer_names_no_instance_and_no_host()
    {
        await using var app = await RealApp.StartAsync(
            MapWork, Role.Follower, endpointOfRival: new Uri("http://rival.internal:8080"));

        using var response = await app.Client.GetAsync(Path);

        var text = response.Headers + await response.Content.ReadAsStringAsync();
        text.ShouldNotContain("rival");
        text.ShouldNotContain(app.Services.GetRequiredService<ILeaderElector>().InstanceId);
    }

    [Fact]
    public async Task Of_several_elections_that_are_not_led_the_one_longest_taken_says_when_to_come_back()
    {
        await using var app = await RealApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership().RequireLeadership("billing"),
            Role.WithoutStore,
            Role.Follower);

        using var response = await app.Client.GetAsync(Path);

        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        var detail = problem.GetProperty("detail").GetString()!;
        detail.ShouldContain("'default'");
        detail.ShouldContain("'billing'");
    }

    [Fact]
    public async Task An_election_that_is_led_is_not_named()
    {
        await using var app = await RealApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership().RequireLeadership("billing"),
            Role.Leader,
            Role.Follower);

        var problem = await (await app.Client.GetAsync(Path)).Content.ReadFromJsonAsync<JsonElement>();

        problem.GetProperty("election").GetString().ShouldBe("billing");
        problem.GetProperty("detail").GetString()!.ShouldNotContain("'default'");
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("not a media type")]
    [InlineData("application/problem+json")]
    public async Task The_answer_is_written_whatever_the_client_accepts(string accept)
    {
        foreach (var register in new Action<WebApplicationBuilder>[] { _ => { }, b => b.Services.AddProblemDetails() })
        {
            await using var app = await GateApp.StartAsync(MapWork, build: register);
            app.Client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);

            using var response = await app.GetAsync("/work");

            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            (await response.Content.ReadAsStringAsync()).ShouldContain("urn:leader-election:not-leader");
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/html")]
    public async Task What_the_app_adds_to_its_problem_details_is_added(string accept)
    {
        await using var app = await GateApp.StartAsync(MapWork, build: builder => builder.Services.AddProblemDetails(
            options => options.CustomizeProblemDetails = context =>
                context.ProblemDetails.Extensions["support"] = "call us"));
        app.Client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);

        (await (await app.GetAsync("/work")).Content.ReadAsStringAsync()).ShouldContain("call us");
    }

    [Fact]
    public async Task The_status_can_be_chosen()
    {
        await using var app = await GateApp.StartAsync(MapWork, options => options.StatusCode = 421);

        using var response = await app.GetAsync("/work");

        ((int)response.StatusCode).ShouldBe(421);
        (await response.Content.ReadFromJsonAsync<ProblemDetails>())!.Status.ShouldBe(421);
    }

    [Fact]
    public async Task A_wrong_method_or_content_type_is_told_by_followers_too()
    {
        await using var app = await GateApp.StartAsync(app => app.MapPost("/work", () => "served")
            .Accepts<int>("text/plain").RequireLeadership());

        (await app.StatusOfAsync("/work")).ShouldBe(405);
        using var json = JsonContent.Create(1);
        (await app.Client.PostAsync(Path, json)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var text = new StringContent("1");
        (await app.Client.PostAsync(Path, text)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_path_that_the_routes_reject_is_not_found()
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work/{id:int}", (int id) => id).RequireLeadership());

        (await app.StatusOfAsync("/work/x")).ShouldBe(404);
        (await app.StatusOfAsync("/work/1")).ShouldBe(503);
    }

    [Fact]
    public async Task A_flood_of_requests_to_a_follower_makes_no_call_of_the_store()
    {
        await using var app = await RealApp.StartAsync(MapWork, Role.Follower);
        var callsBefore = app.Main.Store.Calls.Count;

        for (var request = 0; request < 1000; request++)
            (await app.Client.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        app.Main.Store.Calls.Count.ShouldBe(callsBefore);
        app.Main.Store.Count(StoreOperation.Acquire).ShouldBeGreaterThan(0);
    }

    private static void MapWork(WebApplication app) => app.MapGet("/work", () => "served").RequireLeadership();
}
