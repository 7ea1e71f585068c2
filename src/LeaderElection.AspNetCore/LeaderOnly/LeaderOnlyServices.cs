using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LeaderElection.AspNetCore;

/// <summary>What <c>AddLeaderOnlyEndpoints()</c> registers, and what is said where it was forgotten.</summary>
internal static class LeaderOnlyServices
{
    private const string Missing =
        "An endpoint is reserved for the leader, but nothing holds the others back. Call AddLeaderOnlyEndpoints() "
        + "where the election is added: services.AddLeaderElection(…).UsePostgres(…).AddLeaderOnlyEndpoints().";

    // For what has no services to ask: metadata and conventions.
    private static volatile bool _wereEverAdded;

    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<FollowerAnswer>();
        services.TryAddSingleton<LeaderGate>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<MatcherPolicy, LeaderOnlyMatcherPolicy>(),
            ServiceDescriptor.Singleton<IStartupFilter, EndpointsCheck>(),
            ServiceDescriptor.Singleton<IApplicationModelProvider, GatedActions>(),
            ServiceDescriptor.Singleton<IExceptionHandler, LeadershipLostHandler>(),
            ServiceDescriptor.Singleton<IValidateOptions<LeaderOnlyOptions>, LeaderOnlyOptionsValidator>(),
        ]);
        _wereEverAdded = true;
    }

    /// <exception cref="InvalidOperationException">No app of this process has added them.</exception>
    public static void ThrowIfNeverAdded()
    {
        if (!_wereEverAdded)
            throw new InvalidOperationException(Missing);
    }

    /// <exception cref="InvalidOperationException">The app has not added them.</exception>
    public static void ThrowIfMissing(IServiceProvider services)
    {
        // Builders of endpoints that were given no services have a provider without anything in it.
        var isTheApps = services.GetService<IServiceScopeFactory>() is not null;
        if (isTheApps && services.GetService<LeaderGate>() is null)
            throw new InvalidOperationException(Missing);
    }

    /// <exception cref="InvalidOperationException">The app has not added them.</exception>
    public static LeaderGate GateOf(IServiceProvider services) =>
        services.GetService<LeaderGate>() ?? throw new InvalidOperationException(Missing);
}
