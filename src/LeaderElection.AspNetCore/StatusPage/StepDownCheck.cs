using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Stops an app from starting in which anybody could make this instance step down, without anyone having said so.
/// </summary>
internal sealed class StepDownCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        foreach (var endpoint in app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            if (endpoint.Metadata.GetMetadata<StepDown>() is not null)
                ThrowIfUndecided(endpoint);
        }
    };

    /// <exception cref="InvalidOperationException">Nothing on the endpoint says who may use it.</exception>
    public static void ThrowIfUndecided(Endpoint? endpoint)
    {
        if (IsDecided(endpoint))
            return;
        throw new InvalidOperationException(
            $"With AllowStepDown, '{endpoint?.DisplayName}' lets everybody who can reach it end the leadership of this "
            + "instance. Say who may: MapLeaderElection(…).RequireAuthorization(), or, where it is meant to be open, "
            + "MapLeaderElection(…).AllowAnonymous().");
    }

    // What the framework itself insists on: with such metadata a request fails where UseAuthorization() was forgotten.
    // A fallback policy is not heard of there, and the endpoint would be open.
    private static bool IsDecided(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<IAuthorizeData>() is not null
        || endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
}
