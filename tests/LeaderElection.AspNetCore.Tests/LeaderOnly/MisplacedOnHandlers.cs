namespace LeaderElection.AspNetCore.Tests;

/// <summary>
/// Apps with minimal endpoints, middlewares and services, with the attribute where
/// the framework does not carry it: their source, the member to be named, what to be told.
/// </summary>
internal static class MisplacedOnHandlers
{
    private const string OnMethods = "Put it on the methods";
    private const string OnImplementation = "Put it on the method that implements it";
    private const string OnEndpoint = "call RequireLeadership() where the endpoint is mapped";

    private const string Idle = "public static class App { public static void Map(WebApplication app) { } }";

    public static IReadOnlyDictionary<string, (string Source, string Member, string Cure)> All { get; } =
        new Dictionary<string, (string, string, string)>
        {
            ["class of handlers"] = ("""
                [LeaderOnly] static class Handlers { public static string Pay() => ""; }
                static class App { public static void Map(WebApplication app) => app.MapGet("/pay", Handlers.Pay); }
                """, "class 'Handlers'", OnMethods),
            ["class of handlers that are RequestDelegates"] = ("""
                [LeaderOnly] static class Handlers {
                    public static Task Pay(HttpContext context) => Task.CompletedTask; }
                static class App { public static void Map(WebApplication app) => app.MapGet("/pay", Handlers.Pay); }
                """, "class 'Handlers'", OnMethods),
            ["class of filtered handlers that are RequestDelegates"] = ("""
                [LeaderOnly] static class Handlers {
                    public static Task Pay(HttpContext context) => Task.CompletedTask; }
                static class App { public static void Map(WebApplication app) => app.MapGet("/pay", Handlers.Pay)
                    .AddEndpointFilter((context, next) => next(context)); }
                """, "class 'Handlers'", OnMethods),
            ["class of a lambda"] = ("""
                [LeaderOnly] static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", () => ""); }
                """, "class 'App'", OnMethods),
            ["class of a lambda with a closure"] = ("""
                [LeaderOnly] static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", () => app.ToString()); }
                """, "class 'App'", OnMethods),
            ["class around the class of a handler"] = ("""
                [LeaderOnly] static class Api { public static class Handlers { public static string Pay() => ""; } }
                static class App { public static void Map(WebApplication app) => app.MapGet("/pay", Api.Handlers.Pay); }
                """, "class 'Api'", OnMethods),
            ["class of instance handlers"] = ("""
                [LeaderOnly] class Handlers { public string Pay() => ""; }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", new Handlers().Pay); }
                """, "class 'Handlers'", OnMethods),
            ["class that inherits a handler"] = ("""
                class Base { public string Pay() => ""; }
                [LeaderOnly] class Handlers : Base { }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", new Handlers().Pay); }
                """, "class 'Handlers'", OnMethods),
            ["base of a class of handlers"] = ("""
                [LeaderOnly] abstract class Base { }
                class Handlers : Base { public string Pay() => ""; }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", new Handlers().Pay); }
                """, "class 'Handlers'", OnMethods),
            ["class of a fallback in a group"] = ("""
                [LeaderOnly] static class Handlers { public static string Pay() => ""; }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGroup("/group").MapFallback(Handlers.Pay); }
                """, "class 'Handlers'", OnMethods),
            ["method of an interface"] = ("""
                interface IPay { [LeaderOnly] string Pay(); }
                class Handler : IPay { public string Pay() => ""; }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", ((IPay)new Handler()).Pay); }
                """, "method 'Pay' of interface 'IPay'", OnImplementation),
            ["method of an interface that is implemented explicitly"] = ("""
                interface IPay { [LeaderOnly] string Pay(); }
                class Handler : IPay { string IPay.Pay() => ""; }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", ((IPay)new Handler()).Pay); }
                """, "method 'Pay' of interface 'IPay'", OnImplementation),
            ["default method of an interface that the handler replaces"] = ("""
                interface IPay { [LeaderOnly] string Pay() => ""; }
                class Handler : IPay { public string Pay() => ""; }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", new Handler().Pay); }
                """, "method 'Pay' of interface 'IPay'", OnEndpoint),
            ["method of an interface that no endpoint runs"] = ($$"""
                interface IPay { [LeaderOnly] string Pay(); }
                {{Idle}}
                """, "method 'Pay' of interface 'IPay'", OnImplementation),
            ["handler whose metadata a convention cleared"] = ("""
                static class App
                {
                    [LeaderOnly] static string Pay() => "";
                    public static void Map(WebApplication app) => app.MapGet("/pay", Pay).Finally(endpoint =>
                    {
                        for (var index = endpoint.Metadata.Count - 1; index >= 0; index--)
                        {
                            if (endpoint.Metadata[index] is LeaderOnlyAttribute)
                                endpoint.Metadata.RemoveAt(index);
                        }
                    });
                }
                """, "method 'Pay' of class 'App'", OnEndpoint),
            ["handler behind another delegate"] = ("""
                static class App
                {
                    [LeaderOnly] static string Pay() => "";
                    public static void Map(WebApplication app)
                    {
                        Func<string> pay = Pay;
                        app.MapGet("/pay", pay.Invoke);
                    }
                }
                """, "method 'Pay' of class 'App'", "Map the inner one"),
            ["RequestDelegate behind another one"] = ("""
                static class App
                {
                    [LeaderOnly] static Task Pay(HttpContext context) => Task.CompletedTask;
                    public static void Map(WebApplication app)
                    {
                        Func<HttpContext, Task> pay = Pay;
                        app.MapGet("/pay", new RequestDelegate(pay));
                    }
                }
                """, "method 'Pay' of class 'App'", OnEndpoint),
            ["one of two RequestDelegates"] = ("""
                static class App
                {
                    [LeaderOnly] static Task Pay(HttpContext context) => Task.CompletedTask;
                    static Task Count(HttpContext context) => Task.CompletedTask;
                    public static void Map(WebApplication app)
                    {
                        RequestDelegate pay = Pay;
                        app.MapGet("/pay", pay + Count);
                    }
                }
                """, "method 'Pay' of class 'App'", OnEndpoint),
            ["method that maps endpoints"] = ("""
                static class App { [LeaderOnly] public static void Map(WebApplication app) =>
                    app.MapGet("/pay", () => ""); }
                """, "method 'Map' of class 'App'", OnEndpoint),
            ["middleware"] = ($$"""
                [LeaderOnly] class Pay(RequestDelegate next) {
                    public Task InvokeAsync(HttpContext context) => next(context); }
                {{Idle}}
                """, "class 'Pay'", OnMethods),
            ["method of a middleware"] = ("""
                class Pay(RequestDelegate next) {
                    [LeaderOnly] public Task InvokeAsync(HttpContext context) => next(context); }
                static class App { public static void Map(WebApplication app) => app.UseMiddleware<Pay>(); }
                """, "method 'InvokeAsync' of class 'Pay'", ""),
            ["method of a middleware from services"] = ($$"""
                class Pay : IMiddleware
                {
                    [LeaderOnly] public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
                }
                {{Idle}}
                """, "method 'InvokeAsync' of class 'Pay'", ""),
            ["filter of endpoints"] = ("""
                [LeaderOnly] class Pay : IEndpointFilter
                {
                    public ValueTask<object> InvokeAsync(
                        EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
                }
                static class App { public static void Map(WebApplication app) =>
                    app.MapGet("/pay", () => "").AddEndpointFilter<Pay>(); }
                """, "class 'Pay'", OnMethods),
            ["work in the background"] = ($$"""
                [LeaderOnly] class Pay : BackgroundService
                {
                    protected override Task ExecuteAsync(System.Threading.CancellationToken stop) => Task.CompletedTask;
                }
                {{Idle}}
                """, "class 'Pay'", "LeaderBackgroundService"),
            ["service"] = ($$"""
                [LeaderOnly] record Pay;
                {{Idle}}
                """, "class 'Pay'", OnMethods),
        };
}
