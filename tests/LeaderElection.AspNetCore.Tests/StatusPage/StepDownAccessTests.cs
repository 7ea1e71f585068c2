using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

public class StepDownAccessTests
{
    private readonly ToldElector _elector = new();
    private int _released;

    private static readonly Dictionary<string, Action<IEndpointRouteBuilder>> Decisions = new()
    {
        ["authorization"] = app => Map(app).RequireAuthorization(),
        ["a policy"] = app => Map(app).RequireAuthorization(policy => policy.RequireAuthenticatedUser()),
        ["an attribute"] = app => Map(app).WithMetadata(new AuthorizeAttribute()),
        ["its group"] = app => Map(app.MapGroup("/admin").RequireAuthorization()),
        ["its group, later"] = app =>
        {
            var group = app.MapGroup("/admin");
            Map(group);
            group.RequireAuthorization();
        },
        ["openness on purpose"] = app => Map(app).AllowAnonymous(),
        ["an open group"] = app => Map(app.MapGroup("/admin").AllowAnonymous()),
        ["no step-down"] = app => app.MapLeaderElection(),
    };

    public static TheoryData<string> Deciding => [.. Decisions.Keys];

    [Theory]
    [MemberData(nameof(Deciding))]
    public async Task An_app_that_says_who_may_step_it_down_starts(string decision)
    {
        await using var app = await TestApp.StartAsync([_elector], Decisions[decision]);

        (await app.Client.GetAsync(new Uri("/", UriKind.Relative))).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_app_that_forgot_to_say_who_may_step_it_down_does_not_start()
    {
        var exception = await Should.ThrowAsync<InvalidOperationException>(
            () => TestApp.StartAsync([_elector], app => Map(app)));

        exception.Message.ShouldContain("AllowStepDown");
        exception.Message.ShouldContain("step-down");
        exception.Message.ShouldContain("RequireAuthorization()");
        exception.Message.ShouldContain("AllowAnonymous()");
    }

    [Fact]
    public Task One_page_that_says_it_does_not_speak_for_another() =>
        Should.ThrowAsync<InvalidOperationException>(() => TestApp.StartAsync([_elector], app =>
        {
            Map(app).RequireAuthorization();
            Map(app.MapGroup("/more"));
        }));

    [Fact]
    public Task A_fallback_policy_does_not_say_it_because_nothing_fails_where_no_middleware_asks_for_it() =>
        Should.ThrowAsync<InvalidOperationException>(() => TestApp.StartAsync(
            [_elector], app => Map(app),
            services => services.AddAuthorizationBuilder().SetFallbackPolicy(
                new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())));

    [Fact]
    public async Task A_page_that_is_mapped_at_run_time_steps_nothing_down_before_it_says_who_may()
    {
        _elector.OnRelease = () =>
        {
            _released++;
            return Task.CompletedTask;
        };
        WebApplication? web = null;
        await using var app = await TestApp.StartAsync([_elector], app => web = app);
        _elector.TellAcquired(7);
        Map(web!);
        var endpoint = ((IEndpointRouteBuilder)web!).DataSources.SelectMany(source => source.Endpoints)
            .Single(endpoint => endpoint.Metadata.GetMetadata<StepDown>() is not null);
        var context = new DefaultHttpContext { RequestServices = web!.Services };
        context.SetEndpoint(endpoint);
        context.Request.RouteValues["election"] = "default";
        context.Request.QueryString = new QueryString("?token=7");

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => endpoint.RequestDelegate!(context));

        exception.Message.ShouldContain("RequireAuthorization()");
        _released.ShouldBe(0);
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder app) =>
        app.MapLeaderElection(configure: options => options.AllowStepDown = true);
}
