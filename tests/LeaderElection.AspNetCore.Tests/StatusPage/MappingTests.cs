using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LeaderElection.AspNetCore.Tests;

public class MappingTests
{
    private readonly ToldElector _elector = new();

    [Fact]
    public void Without_the_services_mapping_fails_at_once_and_says_what_to_call()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Should.Throw<InvalidOperationException>(() => app.MapLeaderElection())
            .Message.ShouldContain("AddStatusPage()");
    }

    [Fact]
    public async Task An_app_can_have_the_page_without_the_gate()
    {
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory().AddStatusPage().AddStatusPage();
        builder.Services.AddLeaderElection("billing").UseInMemory().AddStatusPage();

        await using var app = await GateApp.StartAsync(builder, app => app.MapLeaderElection());
        using var client = app.GetTestClient();

        (await client.GetStringAsync(new Uri("/leader-election/status", UriKind.Relative)))
            .ShouldContain("\"name\":\"billing\"");
        app.Services.GetService<LeaderGate>().ShouldBeNull();
        app.Services.GetServices<MatcherPolicy>().ShouldNotContain(policy => policy is LeaderOnlyMatcherPolicy);
        app.Services.GetServices<IHostedService>().Count(service => service is ElectionMonitor).ShouldBe(1);
    }

    [Fact]
    public async Task Elections_are_watched_once_from_the_first_page_on_and_without_a_page_not_at_all()
    {
        WebApplication? late = null;
        await using var app = await TestApp.StartAsync([_elector], app => late = app);
        _elector.Watches.ShouldBe(0);

        late!.MapLeaderElection();
        late!.MapLeaderElection("/second");

        _elector.Watches.ShouldBe(1);
    }

    [Theory]
    [InlineData("/a/{")]
    [InlineData("/a/{**rest}")]
    [InlineData("/a/{election}")]
    public async Task A_pattern_that_cannot_be_used_is_refused_at_once(string pattern)
    {
        await using var app = await TestApp.StartAsync([_elector], app =>
            Should.Throw<ArgumentException>(() => app.MapLeaderElection(pattern)).ParamName.ShouldBe("pattern"));
    }

    [Fact]
    public async Task Options_that_cannot_be_used_are_refused_with_the_numbers()
    {
        await using var app = await TestApp.StartAsync([_elector], app =>
        {
            Refused(app, options => options.MaxEventStreams = 0).ShouldContain("MaxEventStreams is 0");
            Refused(app, options => options.RefreshInterval = TimeSpan.Zero).ShouldContain("00:00:00");
            Refused(app, options => options.RefreshInterval = TimeSpan.FromHours(1)).ShouldContain("01:00:00");
        });
    }

    [Fact]
    public async Task A_condition_on_what_mapping_returns_holds_for_all_endpoints()
    {
        await using var app = await TestApp.StartAsync([_elector], app => app
            .MapLeaderElection(configure: options => options.AllowStepDown = true).RequireAuthorization());

        foreach (var address in (string[])["", "/status", "/events"])
        {
            (await app.SendAsync(HttpMethod.Get, $"/leader-election{address}")).StatusCode
                .ShouldBe(HttpStatusCode.Unauthorized);
            (await app.SendAsync(HttpMethod.Get, $"/leader-election{address}", ("X-User", "ann"))).StatusCode
                .ShouldBe(HttpStatusCode.OK);
        }

        const string stepDown = "/leader-election/elections/default/step-down?token=1";
        (await app.SendAsync(HttpMethod.Post, stepDown)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await app.SendAsync(HttpMethod.Post, stepDown, ("X-User", "ann"))).StatusCode
            .ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Two_pages_have_options_of_their_own()
    {
        await using var app = await TestApp.StartAsync([_elector], app =>
        {
            app.MapLeaderElection("/public");
            app.MapLeaderElection("/admin/", options => options.AllowStepDown = true).AllowAnonymous();
        });
        _elector.TellAcquired(1);

        (await app.Client.GetStringAsync("/public/status")).ShouldContain("\"canStepDown\":false");
        (await app.Client.GetStringAsync("/admin/status")).ShouldContain("\"canStepDown\":true");
        (await app.SendAsync(HttpMethod.Post, "/public/elections/default/step-down?token=1")).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);
        (await app.SendAsync(HttpMethod.Post, "/admin/elections/default/step-down?token=1")).StatusCode
            .ShouldBe(HttpStatusCode.Accepted);
    }

    private static string Refused(WebApplication app, Action<StatusPageOptions> configure) =>
        Should.Throw<ArgumentException>(() => app.MapLeaderElection(configure: configure)).Message;
}
