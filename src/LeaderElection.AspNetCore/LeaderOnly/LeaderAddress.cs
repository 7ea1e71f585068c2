using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace LeaderElection.AspNetCore;

/// <summary>Where the leader serves the same request; made of what the leader said and of the request's path, never of
/// its host.</summary>
internal static class LeaderAddress
{
    /// <summary>Null when there is no such one place.</summary>
    public static string? For(HttpRequest request, IReadOnlyList<ILeaderElector> electors)
    {
        if (EndpointOfLeader(electors[0]) is not { } endpoint
            || electors.Skip(1).Any(elector => EndpointOfLeader(elector) != endpoint))
        {
            return null;
        }

        var host = endpoint.HostNameType == UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost;
        var ownPath = PathString.FromUriComponent(endpoint.AbsolutePath.TrimEnd('/'));
        return UriHelper.BuildAbsolute(
            endpoint.Scheme,
            endpoint.IsDefaultPort ? new HostString(host) : new HostString(host, endpoint.Port),
            ownPath.HasValue ? ownPath : request.PathBase,
            request.Path,
            request.QueryString);
    }

    // The store hands on what it finds. A leader that has my name is me, whose lease runs out: no way to go.
    private static Uri? EndpointOfLeader(ILeaderElector elector) =>
        elector.Leader is { Endpoint: { IsAbsoluteUri: true } endpoint } leader
        && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
        && endpoint.Host.Length > 0
        && leader.InstanceId != elector.InstanceId
            ? endpoint
            : null;
}
