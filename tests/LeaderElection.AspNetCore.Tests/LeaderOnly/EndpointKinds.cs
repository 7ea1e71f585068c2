using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>Endpoints of every kind, for the leader only: below <c>/unnamed</c> of the first election, below
/// <c>/named</c> of "billing".</summary>
internal static class EndpointKinds
{
    /// <summary>The paths below the prefix, with the method to use.</summary>
    public static readonly (string Method, string Path)[] All =
    [
        ("GET", "controller"),
        ("GET", "action"),
        ("GET", "inherited"),
        ("GET", "conventional/Index"),
        ("GET", "dynamic/anything"),
        ("GET", "lambda-attribute"),
        ("GET", "lambda-required"),
        ("GET", "method-attribute"),
        ("GET", "delegate-attribute"),
        ("GET", "delegate-required"),
        ("GET", "any-method"),
        ("GET", "with/value/of/route"),
        ("GET", "group/member"),
        ("GET", "group/inner/member"),
        ("HEAD", "head"),
        ("POST", "post"),
        ("GET", "branch"),
        ("POST", "hub-attribute/negotiate?negotiateVersion=1"),
        ("POST", "hub-required/negotiate?negotiateVersion=1"),
        ("GET", "health"),
        ("GET", "files/some.txt"),
        ("GET", "assets/asset.txt"),
        ("GET", "page"),
        ("GET", "page-markup"),
        ("GET", "page-both"),
        ("GET", "page-route"),
        ("GET", "page-inherited"),
        ("GET", "dynamic-page/anything"),
        ("GET", "fallback-page/anything"),
        ("GET", "fallback-controller/anything"),
        ("GET", "area/Index"),
        ("GET", "virtual-method"),
        ("GET", "default-interface-method"),
        ("GET", "local-function"),
        ("GET", "filtered"),
        ("GET", "short-circuit"),
        ("GET", "component"),
        ("GET", "component-inherited"),
        ("POST", "grpc-class/Pay"),
        ("POST", "grpc-inherited/Pay"),
        ("POST", "grpc-method/Pay"),
        ("POST", "grpc-overridden/Pay"),
        ("GET", "convention"),
        ("GET", "fallback"),
    ];

    /// <summary>What the endpoint says that serves the paths of no other.</summary>
    public const string Fallback = "served by the fallback";

    public static void AddServices(WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks();
        builder.Services.AddSignalR();
        builder.Services.AddTransient<ToController>();
        builder.Services.AddRazorPages();
        OnlyControllers.AddTo(
            builder.Services.AddControllersWithViews(),
            typeof(UnnamedController), typeof(NamedController), typeof(UnnamedActionController),
            typeof(NamedActionController), typeof(InheritedUnnamedController), typeof(InheritedNamedController),
            typeof(ConventionalUnnamedController), typeof(ConventionalNamedController),
            typeof(AreaUnnamedController), typeof(AreaNamedController), typeof(FilteredController));
        FrameworkKinds.AddServices(builder.Services);
    }

    public static void Map(WebApplication app)
    {
        app.MapControllers();
        Map(app, "unnamed", null);
        Map(app, "named", "billing");
        app.MapGet("/unnamed/lambda-attribute", [LeaderOnly] () => "served");
        app.MapGet("/named/lambda-attribute", [LeaderOnly("billing")] () => "served");
        app.MapGet("/unnamed/method-attribute", ServeUnnamed);
        app.MapGet("/named/method-attribute", ServeNamed);
        app.MapGet("/unnamed/delegate-attribute", [LeaderOnly] (HttpContext context) => WriteAsync(context));
        app.MapGet("/named/delegate-attribute", [LeaderOnly("billing")] (HttpContext context) => WriteAsync(context));
        app.MapHub<UnnamedHub>("/unnamed/hub-attribute");
        app.MapHub<NamedHub>("/named/hub-attribute");
        app.MapControllerRoute("u", "unnamed/conventional/{action}", new { controller = "ConventionalUnnamed" });
        app.MapControllerRoute("n", "named/conventional/{action}", new { controller = "ConventionalNamed" });
        app.MapDynamicControllerRoute<ToController>("unnamed/dynamic/{**rest}", "ConventionalUnnamed");
        app.MapDynamicControllerRoute<ToController>("named/dynamic/{**rest}", "ConventionalNamed");
        app.MapStaticAssets(WebRoot.ManifestOf("unnamed")).RequireLeadership();
        app.MapStaticAssets(WebRoot.ManifestOf("named")).RequireLeadership("billing");
        app.MapRazorPages();
        FrameworkKinds.Map(app);
        MapHandlers(app);
    }

    private static void MapHandlers(WebApplication app)
    {
        [LeaderOnly]
        static string LocalUnnamed() => "served";

        [LeaderOnly("billing")]
        static string LocalNamed() => "served";

        app.MapGet("/unnamed/local-function", LocalUnnamed);
        app.MapGet("/named/local-function", LocalNamed);
        app.MapGet("/unnamed/virtual-method", new OverridingHandler().ServeUnnamed);
        app.MapGet("/named/virtual-method", new OverridingHandler().ServeNamed);
        app.MapGet("/unnamed/default-interface-method", ((IHandler)new Handler()).ServeUnnamed);
        app.MapGet("/named/default-interface-method", ((IHandler)new Handler()).ServeNamed);
        app.MapGet("/unnamed/filtered", [LeaderOnly] (HttpContext context) => WriteAsync(context))
            .AddEndpointFilter((context, next) => next(context));
        app.MapGet("/named/filtered", [LeaderOnly("billing")] (HttpContext context) => WriteAsync(context))
            .AddEndpointFilter((context, next) => next(context));
        app.MapGet("/unnamed/short-circuit", [LeaderOnly] () => "served").ShortCircuit();
        app.MapGet("/named/short-circuit", [LeaderOnly("billing")] () => "served").ShortCircuit();
    }

    private static void Map(WebApplication app, string prefix, string? election)
    {
        var endpoints = app.MapGroup(prefix);
        endpoints.MapGet("lambda-required", () => "served").RequireLeadership(election);
        endpoints.MapGet("delegate-required", WriteAsync).RequireLeadership(election);
        endpoints.Map("any-method", WriteAsync).RequireLeadership(election);
        endpoints.MapGet("with/{value:minlength(2)}/of/{**rest}", (string value) => value).RequireLeadership(election);
        endpoints.MapMethods("head", ["HEAD"], () => Results.Ok()).RequireLeadership(election);
        endpoints.MapPost("post", () => "served").RequireLeadership(election);
        endpoints.MapHub<OpenHub>("hub-required").RequireLeadership(election);
        endpoints.MapHealthChecks("health").RequireLeadership(election);
        endpoints.MapFallbackToFile("files/{*path:file}", WebRoot.File).RequireLeadership(election);
        endpoints.MapFallback(() => Fallback).RequireLeadership(election);
        endpoints.Map("branch", ((IEndpointRouteBuilder)app).CreateApplicationBuilder().Use(
            (HttpContext context, RequestDelegate _) => WriteAsync(context)).Build()).RequireLeadership(election);

        var group = endpoints.MapGroup("group").RequireLeadership(election);
        group.MapGet("member", () => "served");
        group.MapGroup("inner").MapGet("member", WriteAsync);
    }

    [LeaderOnly]
    private static string ServeUnnamed() => "served";

    [LeaderOnly("billing")]
    private static string ServeNamed() => "served";

    private static Task WriteAsync(HttpContext context) => context.Response.WriteAsync("served");
}
