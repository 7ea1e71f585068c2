using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LeaderElection.AspNetCore.Tests;

public class GateTests
{
    [Fact]
    public async Task An_elector_that_a_test_puts_in_place_drives_the_gate_from_one_request_to_the_next()
    {
        await using var app = await GateApp.StartAsync(app => app.MapGet("/work", () => "served").RequireLeadership());

        (await app.StatusOfAsync("/work")).ShouldBe(503);
        app.Main.BecomeLeader();
        (await app.StatusOfAsync("/work")).ShouldBe(200);
        app.Main.LoseLeadership();
        (await app.StatusOfAsync("/work")).ShouldBe(503);
        app.Main.BecomeLeader();
        (await app.StatusOfAsync("/work")).ShouldBe(200);
    }

    [Fact]
    public async Task A_leader_whose_lease_runs_out_while_the_store_is_down_stops_serving()
    {
        await using var app = await RealApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership(), Role.Leader);
        var path = new Uri("/work", UriKind.Relative);
        (await app.Client.GetStringAsync(path)).ShouldBe("served");

        app.Main.Store.Break(Fault.Throw());
        app.Clock.Advance(TimeSpan.FromSeconds(9));

        ((int)(await app.Client.GetAsync(path)).StatusCode).ShouldBe(503);
    }

    [Theory]
    [InlineData(false, false, 503)]
    [InlineData(true, false, 503)]
    [InlineData(false, true, 503)]
    [InlineData(true, true, 200)]
    public async Task What_stands_on_a_class_and_on_its_action_must_both_hold(bool main, bool billing, int status)
    {
        await using var app = await GateApp.StartAsync(
            app =>
            {
                app.MapControllers();
                app.MapGroup("group").RequireLeadership().MapGet("both", [LeaderOnly("billing")] () => "served");
            },
            build: builder => OnlyControllers.AddTo(builder.Services.AddControllers(), typeof(BothController)));
        if (main)
            app.Main.BecomeLeader();
        if (billing)
            app.Billing.BecomeLeader();

        (await app.StatusOfAsync("/both")).ShouldBe(status);
        (await app.StatusOfAsync("/group/both")).ShouldBe(status);
    }

    [Fact]
    public async Task More_elections_than_anybody_needs_must_all_be_led()
    {
        var fakes = Enumerable.Range(0, 9).Select(number => new FakeLeaderElector($"e{number}")).ToList();
        await using var app = await GateApp.StartAsync(
            app =>
            {
                var endpoint = app.MapGet("/work", () => "served");
                fakes.ForEach(fake => endpoint.RequireLeadership(fake.ElectionName));
            },
            build: builder => fakes.ForEach(
                fake => builder.Services.AddKeyedSingleton<ILeaderElector>(fake.ElectionName, fake)));

        foreach (var fake in fakes)
        {
            (await app.StatusOfAsync("/work")).ShouldBe(503);
            fake.BecomeLeader();
        }

        (await app.StatusOfAsync("/work")).ShouldBe(200);
    }

    [Fact]
    public async Task Who_the_client_is_comes_before_who_leads()
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership().RequireAuthorization("named"),
            build: builder =>
            {
                builder.Services.AddAuthentication("header")
                    .AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
                builder.Services.AddAuthorization(
                    options => options.AddPolicy("named", policy => policy.RequireUserName("alice")));
            });

        (await StatusForAsync(app, null)).ShouldBe(401);
        (await StatusForAsync(app, "bob")).ShouldBe(403);
        (await StatusForAsync(app, "alice")).ShouldBe(503);
        app.Main.BecomeLeader();
        (await StatusForAsync(app, null)).ShouldBe(401);
        (await StatusForAsync(app, "alice")).ShouldBe(200);
    }

    [Fact]
    public async Task Leadership_that_is_lost_while_a_middleware_waits_is_noticed()
    {
        GateApp? app = null;
        await using var started = app = await GateApp.StartAsync(app1 =>
        {
            app1.UseRouting();
            app1.Use((HttpContext context, RequestDelegate next) =>
            {
                app!.Main.LoseLeadership();
                return next(context);
            });
            app1.MapGet("/work", () => "served").RequireLeadership();
        });
        app.Main.BecomeLeader();

        (await app.StatusOfAsync("/work")).ShouldBe(503);
    }

    [Fact]
    public async Task Middlewares_see_of_a_gated_endpoint_what_they_see_of_any_other()
    {
        Endpoint? seen = null;
        await using var app = await GateApp.StartAsync(app =>
        {
            app.UseRouting();
            app.Use((HttpContext context, RequestDelegate next) =>
            {
                seen = context.GetEndpoint();
                return next(context);
            });
            app.MapGet("/work/{id}", (int id) => id).RequireLeadership().WithDisplayName("work").WithName("name")
                .WithOrder(7).WithMetadata("mine");
        });

        await app.GetAsync("/work/1");

        var route = seen.ShouldBeOfType<RouteEndpoint>();
        route.DisplayName.ShouldBe("work");
        route.RoutePattern.RawText.ShouldBe("/work/{id}");
        route.Order.ShouldBe(7);
        route.Metadata.GetMetadata<string>().ShouldBe("mine");
    }

    [Fact]
    public async Task Pages_reserved_by_convention_and_actions_reached_without_endpoints_are_held_back()
    {
        await using var pages = await GateApp.StartAsync(
            app => app.MapRazorPages().RequireLeadership(),
            build: builder =>
            {
                OnlyControllers.AddTo(builder.Services.AddMvc());
                builder.Services.AddRazorPages();
            });
        await using var routed = await GateApp.StartAsync(
            app => app.UseMvc(routes => routes.MapRoute("all", "{controller}/{action}")),
            build: builder => OnlyControllers.AddTo(
                builder.Services.AddMvc(options => options.EnableEndpointRouting = false),
                typeof(ConventionalUnnamedController)));

        foreach (var (app, path) in new[] { (pages, "/open/page"), (routed, "/ConventionalUnnamed/Index") })
        {
            (await app.StatusOfAsync(path)).ShouldBe(503);
            app.Main.BecomeLeader();
            (await app.StatusOfAsync(path)).ShouldBe(200);
        }
    }

    [Fact]
    public async Task Actions_for_which_the_app_adds_the_attribute_as_a_filter_are_held_back()
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapControllers(),
            build: builder => OnlyControllers.AddTo(
                builder.Services.AddControllers(options => options.Filters.Add(new LeaderOnlyAttribute("billing"))),
                typeof(BothController), typeof(IdleController)));
        app.Main.BecomeLeader();

        (await app.StatusOfAsync("/idle/open")).ShouldBe(503);
        (await app.StatusOfAsync("/both")).ShouldBe(503);
        app.Billing.BecomeLeader();
        (await app.StatusOfAsync("/idle/open")).ShouldBe(200);
    }

    [Fact]
    public async Task An_action_that_is_not_to_be_found_by_routing_stays_hidden()
    {
        await using var app = await GateApp.StartAsync(
            app =>
            {
                app.MapControllers().RequireLeadership();
                app.MapDynamicControllerRoute<ToController>("dynamic/{**rest}", "ConventionalUnnamed");
            },
            build: builder =>
            {
                builder.Services.AddTransient<ToController>();
                OnlyControllers.AddTo(
                    builder.Services.AddControllersWithViews(), typeof(ConventionalUnnamedController));
            });
        app.Main.BecomeLeader();

        (await app.StatusOfAsync("/")).ShouldBe(404);
        (await app.StatusOfAsync("/dynamic/x")).ShouldBe(200);
    }

    [Fact]
    public async Task An_endpoint_that_another_policy_puts_in_place_for_a_request_is_held_back()
    {
        await using var app = await GateApp.StartAsync(
            app => app.Map("/work", () => "not in place").WithMetadata(new Dynamic()),
            build: builder => builder.Services.AddSingleton<MatcherPolicy, PutsInPlace>());

        (await app.StatusOfAsync("/work")).ShouldBe(503);
        app.Main.BecomeLeader();
        (await app.StatusOfAsync("/work")).ShouldBe(200);
    }

    private static async Task<int> StatusForAsync(GateApp app, string? user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/work", UriKind.Relative));
        if (user is not null)
            request.Headers.Add("User", user);
        using var response = await app.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private sealed class Dynamic : IDynamicEndpointMetadata
    {
        public bool IsDynamic => true;
    }

    private sealed class PutsInPlace : MatcherPolicy, IEndpointSelectorPolicy
    {
        public override int Order => 0;

        public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => ContainsDynamicEndpoints(endpoints);

        public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
        {
            var endpoint = new Endpoint(
                context => context.Response.WriteAsync("served"),
                new EndpointMetadataCollection(new LeaderOnlyAttribute()),
                "in place");
            candidates.ReplaceEndpoint(0, endpoint, candidates[0].Values);
            return Task.CompletedTask;
        }
    }

    private sealed class HeaderAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["User"] is not [{ } user])
                return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
