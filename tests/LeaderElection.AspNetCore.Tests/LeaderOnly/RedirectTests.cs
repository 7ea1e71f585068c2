using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

public class RedirectTests
{
    [Theory]
    [InlineData("http://leader:8080", "/app", "/work/a%20b?x=1&y=%2F", "http://leader:8080/app/work/a%20b?x=1&y=%2F")]
    [InlineData("http://leader:8080/", "", "/work", "http://leader:8080/work")]
    [InlineData("https://leader", "/app", "/work/", "https://leader/app/work/")]
    [InlineData("https://leader/own/path/", "/app", "/work?x", "https://leader/own/path/work?x")]
    [InlineData("https://leader/own%20path", "", "/work", "https://leader/own%20path/work")]
    [InlineData("http://[fd00::1]:8080", "", "/work", "http://[fd00::1]:8080/work")]
    [InlineData("http://user:secret@leader/?q=1#f", "", "/work", "http://leader/work")]
    [InlineData("http://b\u00fccher.example", "", "/work", "http://xn--bcher-kva.example/work")]
    [InlineData("http://leader", "", "//evil.example/work", "http://leader//evil.example/work")]
    public async Task A_client_is_sent_to_the_same_path_and_query_at_the_leader(
        string endpoint, string pathBase, string path, string location)
    {
        await using var app = await StartAsync(Role.Follower, new Uri(endpoint));

        using var response = await app.Client.GetAsync(new Uri("http://localhost" + pathBase + path));

        response.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
        response.Headers.GetValues("Location").ShouldBe([location]);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("HEAD")]
    public async Task No_host_of_the_request_is_ever_in_the_address(string method)
    {
        await using var app = await StartAsync(Role.Follower, new Uri("http://leader"));
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("http://evil.example:81/work"));
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Prefix", "/evil.example");
        request.Headers.Add("X-Original-Host", "evil.example");

        using var response = await app.Client.SendAsync(request);

        response.Headers.Location.ShouldBe(new Uri("http://leader/work"));
        response.ToString().ShouldNotContain("evil");
    }

    [Theory]
    [InlineData("ftp://leader/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/relative")]
    [InlineData("//leader/path")]
    [InlineData("")]
    public async Task An_address_that_is_not_absolute_http_is_not_used(string endpoint)
    {
        // A row can hold anything.
        var address = endpoint.Length == 0 ? null : new Uri(endpoint, UriKind.RelativeOrAbsolute);
        var elector = FollowerOf("other", address);

        (await StatusOfFollowerAsync(elector)).ShouldBe(503);
    }

    [Fact]
    public async Task Nobody_is_sent_to_the_instance_that_has_just_lost_its_term()
    {
        var elector = FollowerOf("me", new Uri("http://me"));

        (await StatusOfFollowerAsync(elector)).ShouldBe(503);
    }

    [Fact]
    public async Task Without_a_known_leader_the_follower_answers_itself()
    {
        await using var app = await StartAsync(Role.WithoutStore, null);

        (await app.Client.GetAsync(new Uri("http://localhost/work"))).StatusCode
            .ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task The_leader_serves()
    {
        await using var app = await StartAsync(Role.Leader, null);

        (await app.Client.GetStringAsync(new Uri("http://localhost/work"))).ShouldBe("served");
    }

    [Fact]
    public async Task Nobody_is_redirected_unless_the_option_is_set()
    {
        await using var app = await RealApp.StartAsync(Map, Role.Follower, endpointOfRival: new Uri("http://leader"));

        (await app.Client.GetAsync(new Uri("http://localhost/work"))).StatusCode
            .ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("http://one", "http://one", 307)]
    [InlineData("http://one", "http://two", 503)]
    [InlineData("http://one", null, 503)]
    [InlineData(null, "http://one", 503)]
    public async Task Several_elections_redirect_only_when_one_address_leads_them_all(
        string? first, string? second, int status)
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership("one").RequireLeadership("two"),
            options => options.RedirectToLeader = true,
            builder => builder.Services
                .AddKeyedSingleton<ILeaderElector>("one", FollowerOf("other", UriOf(first)))
                .AddKeyedSingleton<ILeaderElector>("two", FollowerOf("other", UriOf(second))));

        (await app.StatusOfAsync("/work")).ShouldBe(status);
    }

    [Fact]
    public async Task Who_leads_one_of_several_sends_nobody_to_the_leader_of_another_who_would_send_them_back()
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership().RequireLeadership("two"),
            options => options.RedirectToLeader = true,
            builder => builder.Services.AddKeyedSingleton<ILeaderElector>(
                "two", FollowerOf("other", new Uri("http://two"))));
        app.Main.BecomeLeader();

        (await app.StatusOfAsync("/work")).ShouldBe(503);
    }

    private static Uri? UriOf(string? address) => address is null ? null : new Uri(address);

    private static ToldElector FollowerOf(string leader, Uri? address)
    {
        var elector = new ToldElector("told", instanceId: "me");
        elector.TellLeader(leader, token: 1, address);
        return elector;
    }

    private static async Task<int> StatusOfFollowerAsync(ILeaderElector elector)
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership("told"),
            options => options.RedirectToLeader = true,
            builder => builder.Services.AddKeyedSingleton<ILeaderElector>("told", elector));
        return await app.StatusOfAsync("/work");
    }

    private static Task<RealApp> StartAsync(Role role, Uri? endpoint) => RealApp.StartAsync(
        Map, role, configure: options => options.RedirectToLeader = true, endpointOfRival: endpoint);

    private static void Map(WebApplication app)
    {
        app.UsePathBase("/app");
        app.UseRouting();
        app.MapFallback("{**path}", () => "served").RequireLeadership();
    }
}
