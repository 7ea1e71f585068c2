using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>What the status page needs in the container.</summary>
internal static class StatusPageServices
{
    /// <summary>Does nothing when called again.</summary>
    public static void Add(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ElectionMonitor)))
            return;
        services.AddSingleton(provider => new ElectionMonitor(
            provider.GetRequiredService<AppElections>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<ElectionMonitor>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ElectionMonitor>());
        services.AddSingleton<IStartupFilter, StepDownCheck>();
    }
}
