using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An app with the elections "default" and "billing", whose leadership a test gives and takes.</summary>
internal sealed class GateApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GateApp(WebApplication app, FakeLeaderElector main, FakeLeaderElector billing)
    {
        _app = app;
        Main = main;
        Billing = billing;
    }

    public FakeLeaderElector Main { get; }

    public FakeLeaderElector Billing { get; }

    public IServiceProvider Services => _app.Services;

    public TestServer Server => _app.GetTestServer();

    public HttpClient Client => field ??= _app.GetTestClient();

    public static async Task<GateApp> StartAsync(
        Action<WebApplication> map, Action<LeaderOnlyOptions>? configure = null,
        Action<WebApplicationBuilder>? build = null)
    {
        var builder = NewBuilder();
        builder.Services.AddLeaderElection().UseInMemory().AddLeaderOnlyEndpoints(configure);
        builder.Services.AddLeaderElection("billing").UseInMemory().AddLeaderOnlyEndpoints();
        var main = new FakeLeaderElector();
        var billing = new FakeLeaderElector("billing");
        builder.Services.AddSingleton<ILeaderElector>(main);
        builder.Services.AddKeyedSingleton<ILeaderElector>("billing", billing);
        build?.Invoke(builder);
        return new GateApp(await StartAsync(builder, map), main, billing);
    }

    /// <summary>One that has no servers, no logs and no controllers unless given.</summary>
    public static WebApplicationBuilder NewBuilder()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = "Production",
            WebRootPath = WebRoot.Folder,
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        return builder;
    }

    public static async Task<WebApplication> StartAsync(WebApplicationBuilder builder, Action<WebApplication> map)
    {
        var app = builder.Build();
        try
        {
            map(app);
            await app.StartAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(new Uri(path, UriKind.Relative));

    public async Task<int> StatusOfAsync(string path)
    {
        using var response = await GetAsync(path);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>Makes controllers of the given types and of no others.</summary>
internal sealed class OnlyControllers(params Type[] types) : ControllerFeatureProvider
{
    [SuppressMessage("Design", "CA1062", Justification = "Called by MVC.")]
    protected override bool IsController(System.Reflection.TypeInfo typeInfo) => types.Contains(typeInfo.AsType());

    public static void AddTo(IMvcBuilder mvc, params Type[] types) => mvc.ConfigureApplicationPartManager(parts =>
    {
        parts.ApplicationParts.Clear();
        parts.ApplicationParts.Add(new AssemblyPart(typeof(OnlyControllers).Assembly));
        parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(OnlyControllers).Assembly));
        foreach (var provider in parts.FeatureProviders.OfType<ControllerFeatureProvider>().ToList())
            parts.FeatureProviders.Remove(provider);
        parts.FeatureProviders.Add(new OnlyControllers(types));
    });
}
