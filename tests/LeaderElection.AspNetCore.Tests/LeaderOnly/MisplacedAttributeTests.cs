using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;

namespace LeaderElection.AspNetCore.Tests;

public sealed class MisplacedAttributeTests : IDisposable
{
    private static readonly Dictionary<string, (string Source, string Member, string Cure)> All =
        new(MisplacedOnHandlers.All.Concat(MisplacedInFrameworks.All));

    private readonly LogCollector _logs = new();

    public static TheoryData<string> Kinds => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_looks_reserved_and_would_be_open_stops_the_app_from_starting(string kind)
    {
        var (source, member, cure) = All[kind];

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => StartAsync(source));

        exception.Message.ShouldContain("[LeaderOnly]");
        exception.Message.ShouldContain(member);
        exception.Message.ShouldContain(cure);
    }

    [Fact]
    public async Task All_mistakes_are_told_at_once()
    {
        var exception = await Should.ThrowAsync<InvalidOperationException>(() => StartAsync("""
            [LeaderOnly] class One;
            [LeaderOnly] static class Two { public static string Pay() => ""; }
            static class App { public static void Map(WebApplication app) => app.MapGet("/pay", Two.Pay); }
            """));

        exception.Message.Split(Environment.NewLine).Length.ShouldBe(2, exception.Message);
        exception.Message.ShouldContain("'One'");
        exception.Message.ShouldContain("'Two'");
    }

    [Fact]
    public async Task Code_that_is_reserved_as_it_looks_is_not_complained_of()
    {
        await using var app = await StartAsync("""
            interface IPay { [LeaderOnly] string Pay(); }
            class Handler : IPay { [LeaderOnly] public string Pay() => ""; }
            [LeaderOnly] static class Handlers { [LeaderOnly] public static string Pay() => ""; }
            [LeaderOnly] public class PayHub : Hub { [LeaderOnly] public Task Pay() => Task.CompletedTask; }
            public abstract class Base : ControllerBase { [LeaderOnly] public abstract string Pay(); }
            public class PayController : Base { [HttpGet("/action")] public override string Pay() => ""; }
            [LeaderOnly] public class UnmappedController : ControllerBase { [LeaderOnly] public string Pay() => ""; }
            [LeaderOnly] public class Reserved { }
            public class PocoController : Reserved { [HttpGet("/poco")] public string Pay() => ""; }
            [LeaderOnly, Microsoft.AspNetCore.Components.Route("/pay")] public class Pay : ComponentBase { }
            public class Root : ComponentBase { }
            namespace Admin { [LeaderOnly] public class _Imports : ComponentBase { } }
            namespace Admin.Parts { [LeaderOnly] public class Row : ComponentBase { } }
            public static class App
            {
                public static void Build(WebApplicationBuilder builder)
                {
                    builder.Services.AddSignalR();
                    builder.Services.AddControllers();
                    builder.Services.AddRazorComponents().AddInteractiveServerComponents();
                }

                public static void Map(WebApplication app)
                {
                    [LeaderOnly] static string Local() => "";
                    app.UseAntiforgery();
                    app.MapGet("/handler", ((IPay)new Handler()).Pay);
                    app.MapGet("/handlers", Handlers.Pay);
                    app.MapGet("/local", Local);
                    app.MapGet("/lambda", [LeaderOnly] () => app.ToString());
                    app.MapHub<PayHub>("/hub");
                    app.MapControllers();
                    app.MapRazorComponents<Root>().AddInteractiveServerRenderMode().RequireLeadership();
                }
            }
            """);

        _logs.Count(3006).ShouldBe(0, string.Join(Environment.NewLine, _logs.Entries.Select(entry => entry.Message)));
        using var client = app.GetTestClient();
        foreach (var path in new[] { "/handler", "/handlers", "/local", "/lambda", "/action", "/poco", "/pay" })
            ((int)(await client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode).ShouldBe(503, path);
    }

    [Fact]
    public async Task A_method_that_no_endpoint_is_mapped_to_is_warned_of()
    {
        await using var app = await StartAsync("""
            class Service { [LeaderOnly] public string Pay() => ""; }
            static class App
            {
                public static void Map(WebApplication app) => app.MapGet("/pay", () => new Service().Pay());
            }
            """);

        _logs.Entries.Where(entry => entry.EventId == 3006).ShouldHaveSingleItem()
            .Message.ShouldContain("method 'Pay' of class 'Service'");
    }

    public void Dispose() => _logs.Dispose();

    private Task<WebApplication> StartAsync(string source) =>
        CompiledApp.StartAsync(CompiledApp.Compile(source), _logs);
}
