using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Stops an app from starting whose endpoints ask for elections that it does not have, or whose hubs ask where nobody
/// would hear it.
/// </summary>
internal sealed class EndpointsCheck(LeaderGate gate) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        foreach (var endpoint in app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            CheckElections(endpoint);
            CheckHub(endpoint);
        }
    };

    private void CheckElections(Endpoint endpoint)
    {
        try
        {
            gate.ElectorsOf(endpoint);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"Endpoint '{endpoint.DisplayName}' is for the leader only. {exception.Message}", exception);
        }
    }

    // A method that looks reserved and is open to all is worse than an app that does not start.
    private static void CheckHub(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<HubMetadata>()?.HubType is not { } hub)
            return;

        var method = Array.Find(
            hub.GetMethods(), method => Attribute.IsDefined(method, typeof(LeaderOnlyAttribute), inherit: true));
        if (method is not null)
        {
            throw new InvalidOperationException(
                $"[LeaderOnly] stands on method '{method.Name}' of hub '{hub.FullName}', where it has no effect: "
                + "methods of a hub are not endpoints. Put it on the hub class.");
        }
    }
}
