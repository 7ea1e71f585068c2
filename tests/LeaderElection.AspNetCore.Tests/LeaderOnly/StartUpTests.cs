using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LeaderElection.AspNetCore.Tests;

public class StartUpTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(399)]
    [InlineData(600)]
    [InlineData(0)]
    [InlineData(-503)]
    public async Task A_status_that_is_no_error_stops_the_app_from_starting(int status)
    {
        var exception = await Should.ThrowAsync<OptionsValidationException>(
            () => GateApp.StartAsync(_ => { }, options => options.StatusCode = status));

        exception.Message.ShouldContain("StatusCode");
        exception.Message.ShouldContain($"{status}");
        exception.Message.ShouldContain("400 to 599");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(599)]
    public async Task Every_error_status_will_do(int status)
    {
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership(), options => options.StatusCode = status);

        (await app.StatusOfAsync("/work")).ShouldBe(status);
    }

    [Fact]
    public Task An_unknown_election_of_a_lambda_stops_the_app_from_starting() => ShouldNotStartAsync(
        app => app.MapGet("/work", [LeaderOnly("payments")] () => "served").WithDisplayName("the work"),
        "the work");

    [Fact]
    public Task An_unknown_election_that_is_required_stops_the_app_from_starting() => ShouldNotStartAsync(
        app => app.MapGroup("/group").RequireLeadership("payments").MapGet("/work", () => "served"), "/group/work");

    [Fact]
    public Task An_unknown_election_of_a_controller_stops_the_app_from_starting() => ShouldNotStartAsync(
        app => app.MapControllers(),
        nameof(UnknownElectionController),
        builder => OnlyControllers.AddTo(builder.Services.AddControllers(), typeof(UnknownElectionController)));

    [Fact]
    public async Task A_name_under_which_a_test_registers_an_elector_is_known()
    {
        var fake = new FakeLeaderElector("payments");
        await using var app = await GateApp.StartAsync(
            app => app.MapGet("/work", () => "served").RequireLeadership("payments"),
            build: builder => builder.Services.AddKeyedSingleton<ILeaderElector>("payments", fake));

        (await app.StatusOfAsync("/work")).ShouldBe(503);
        fake.BecomeLeader();
        (await app.StatusOfAsync("/work")).ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void An_empty_name_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => new LeaderOnlyAttribute(name));

    [Fact]
    public async Task An_endpoint_of_an_unknown_election_that_comes_at_run_time_is_served_by_nobody()
    {
        using var late = new LateEndpoints();
        await using var app = await GateApp.StartAsync(app =>
        {
            ((IEndpointRouteBuilder)app).DataSources.Add(late);
            app.MapGet("/open", () => "served");
        });
        app.Main.BecomeLeader();
        late.Add("/late", "payments");
        late.Add("/good", null);

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => app.GetAsync("/late"));

        exception.Message.ShouldContain("'payments'");
        (await app.StatusOfAsync("/good")).ShouldBe(200);
        (await app.StatusOfAsync("/open")).ShouldBe(200);
        app.Main.LoseLeadership();
        (await app.StatusOfAsync("/good")).ShouldBe(503);
    }

    [Fact]
    public async Task An_endpoint_that_comes_at_run_time_without_the_attribute_of_its_code_is_served_by_nobody()
    {
        using var late = new LateEndpoints();
        await using var app = await GateApp.StartAsync(app => ((IEndpointRouteBuilder)app).DataSources.Add(late));
        app.Main.BecomeLeader();
        late.AddBare("/late", ServeReservedAsync);

        (await Should.ThrowAsync<InvalidOperationException>(() => app.GetAsync("/late")))
            .Message.ShouldContain(nameof(ServeReservedAsync));
    }

    [Fact]
    public async Task Of_several_elections_each_can_add_the_gate_which_is_one()
    {
        await using var app = await GateApp.StartAsync(_ => { });

        app.Services.GetServices<MatcherPolicy>().Count(policy => policy is LeaderOnlyMatcherPolicy).ShouldBe(1);
    }

    [Fact]
    public async Task An_app_that_did_not_add_the_gate_cannot_reserve_endpoints()
    {
        LeaderOnlyServices.Add(new ServiceCollection());
        var builder = GateApp.NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory();
        OnlyControllers.AddTo(
            builder.Services.AddControllersWithViews(),
            typeof(UnnamedController), typeof(ConventionalUnnamedController));
        builder.Services.AddRazorPages();
        builder.Services.AddTransient<ToController>();

        await using var app = await GateApp.StartAsync(builder, app =>
        {
            app.MapControllers();
            app.MapRazorPages();
            app.MapDynamicControllerRoute<ToController>("dynamic/{**rest}", "ConventionalUnnamed");
            Should.Throw<InvalidOperationException>(() => app.MapGroup("group").RequireLeadership())
                .Message.ShouldContain("AddLeaderOnlyEndpoints()");
        });
        using var client = app.GetTestClient();

        foreach (var path in new[] { "/unnamed/controller", "/unnamed/page", "/dynamic/x" })
        {
            (await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync(new Uri(path, UriKind.Relative))))
                .Message.ShouldContain("AddLeaderOnlyEndpoints()", customMessage: path);
        }
    }

    [Fact]
    public async Task An_app_that_did_not_add_the_gate_fails_at_the_first_request_when_it_requires_leadership()
    {
        LeaderOnlyServices.Add(new ServiceCollection());
        await using var app = await GateApp.StartAsync(GateApp.NewBuilder(), app =>
        {
            app.MapGet("/work", () => "served").RequireLeadership();
            app.MapGet("/open", () => "served");
        });
        using var client = app.GetTestClient();

        (await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync(new Uri("/open", UriKind.Relative))))
            .Message.ShouldContain("AddLeaderOnlyEndpoints()");
    }

    [LeaderOnly]
    private static Task ServeReservedAsync(HttpContext context) => context.Response.WriteAsync("served");

    private static async Task ShouldNotStartAsync(
        Action<WebApplication> map, string endpoint, Action<WebApplicationBuilder>? build = null)
    {
        var exception = await Should.ThrowAsync<InvalidOperationException>(() => GateApp.StartAsync(map, build: build));

        exception.Message.ShouldContain(endpoint);
        exception.Message.ShouldContain("'payments'");
        exception.Message.ShouldContain("'default', 'billing'");
    }

    /// <summary>Endpoints that a plug-in might bring while the app runs.</summary>
    private sealed class LateEndpoints : EndpointDataSource, IDisposable
    {
        private readonly List<Endpoint> _endpoints = [];
        private CancellationTokenSource _changed = new();

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

        public override IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

        public void Add(string path, string? election) => AddBare(
            path, context => context.Response.WriteAsync("served"),
            election is null ? new LeaderOnlyAttribute() : new LeaderOnlyAttribute(election));

        public void AddBare(string path, RequestDelegate serve, params object[] metadata)
        {
            var builder = new RouteEndpointBuilder(
                serve, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse(path), order: 0);
            foreach (var item in metadata)
                builder.Metadata.Add(item);
            _endpoints.Add(builder.Build());
            var changed = _changed;
            _changed = new CancellationTokenSource();
            changed.Cancel();
            changed.Dispose();
        }

        public void Dispose() => _changed.Dispose();
    }
}
