using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>One instance of an app with a status page, on Kestrel and a port of its own.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Replica(WebApplication app) => _app = app;

    public Uri Address =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public Uri Page => new(Address, "/leader-election");

    public ILeaderElector Elector => _app.Services.GetRequiredService<AppElections>().GetElector();

    public static async Task<Replica> StartAsync(
        ILeaseStore store, string instanceId, Action<StatusPageOptions>? page = null,
        Action<LeaderElectionOptions>? election = null, Action<WebApplicationBuilder>? build = null)
    {
        var builder = CreateBuilder();
        builder.Services
            .AddLeaderElection(options =>
            {
                options.InstanceId = instanceId;
                options.LeaseDuration = TimeSpan.FromSeconds(2);
                election?.Invoke(options);
            })
            .UseStore(_ => store)
            .AddLeaderOnlyEndpoints();
        build?.Invoke(builder);
        return await StartAsync(builder, page);
    }

    /// <summary>Runs no elector but these: named as their elections, the first one <c>default</c>.</summary>
    public static async Task<Replica> StartAsync(
        IReadOnlyList<ToldElector> electors, Action<StatusPageOptions>? page = null,
        Action<WebApplicationBuilder>? build = null)
    {
        var builder = CreateBuilder();
        build?.Invoke(builder);
        ToldElector.AddTo(builder.Services, electors);
        return await StartAsync(builder, page);
    }

    public ElectionMonitor Monitor => _app.Services.GetRequiredService<ElectionMonitor>();

    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }

    private static async Task<Replica> StartAsync(WebApplicationBuilder builder, Action<StatusPageOptions>? page)
    {
        var app = builder.Build();
        app.MapLeaderElection(configure: page).AllowAnonymous();
        await app.StartAsync();
        return new Replica(app);
    }
}
