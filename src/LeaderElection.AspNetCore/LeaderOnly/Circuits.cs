using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Blazor's circuits: over one that is open, a router that runs on the server shows every page of the app without a
/// request to its endpoint. So whoever may open a circuit may see every page.
/// </summary>
internal static class Circuits
{
    private const string Hub = "Microsoft.AspNetCore.Components.Server.ComponentHub";

    public static IEnumerable<string> ProblemsOf(IEnumerable<Endpoint> endpoints, IEnumerable<MemberInfo> behind)
    {
        var pages = behind.OfType<Type>().Where(type => type.IsAssignableTo(typeof(IComponent))).ToArray();
        return
            from endpoint in endpoints
            where endpoint.Metadata.GetMetadata<HubMetadata>()?.HubType.FullName == Hub
            let required = endpoint.Metadata.GetOrderedMetadata<LeaderOnlyAttribute>()
            from page in pages
            from requirement in EndpointCode.RequirementsOf(page)
            where !FalseReservation.Holds(required, requirement)
            select $"{FalseReservation.Text(requirement)} stands on component '{page.FullName}', which a circuit of "
                + $"endpoint '{endpoint.DisplayName}' can show, too, and that is open to all. Call RequireLeadership() "
                + "on what maps the components, or map them without interactive rendering on the server.";
    }
}
