using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>An app with real electors in the elections "default" and "billing", on a clock that stands still.</summary>
internal sealed class RealApp : IAsyncDisposable
{
    private WebApplication? _app;

    private RealApp(Role main, Role billing, Uri? endpointOfRival)
    {
        Main = new Party("default", main, Clock, endpointOfRival);
        Billing = new Party("billing", billing, Clock, endpointOfRival);
    }

    public ManualClock Clock { get; } = new();

    public Party Main { get; }

    public Party Billing { get; }

    public HttpClient Client => field ??= _app!.GetTestClient();

    public IServiceProvider Services => _app!.Services;

    public static async Task<RealApp> StartAsync(
        Action<WebApplication> map, Role main, Role billing = Role.Follower,
        Action<LeaderOnlyOptions>? configure = null, Action<WebApplicationBuilder>? build = null,
        Uri? endpointOfRival = null)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var real = new RealApp(main, billing, endpointOfRival);
        var builder = GateApp.NewBuilder();
        builder.Services.AddSingleton<TimeProvider>(real.Clock);
        await real.Main.AddToAsync(builder.Services);
        await real.Billing.AddToAsync(builder.Services);
        builder.Services.AddLeaderElection("unused").UseInMemory().AddLeaderOnlyEndpoints(configure);
        build?.Invoke(builder);
        real._app = await GateApp.StartAsync(builder, map);
        real.Main.Settle(real._app);
        real.Billing.Settle(real._app);
        return real;
    }

    public async ValueTask DisposeAsync()
    {
        // What waits for its next attempt has to be told that time passes.
        var stopping = StopAsync();
        while (!stopping.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
    }

    private async Task StopAsync()
    {
        await _app!.DisposeAsync();
        await Main.DisposeAsync();
        await Billing.DisposeAsync();
    }
}
