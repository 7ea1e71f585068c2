using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore;

/// <summary>Stops an app from starting whose endpoints ask for elections that it does not have.</summary>
internal sealed class ElectionNamesCheck(LeaderGate gate) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        foreach (var endpoint in app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
            Check(endpoint);
    };

    private void Check(Endpoint endpoint)
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
}
