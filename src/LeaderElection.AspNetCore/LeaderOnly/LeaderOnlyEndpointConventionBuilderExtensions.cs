using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LeaderElection.AspNetCore;

/// <summary>Reserves endpoints for the leader.</summary>
public static class LeaderOnlyEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Only the leader serves these endpoints: whatever a <c>Map…</c> call or a route group returns. The same as
    /// <see cref="LeaderOnlyAttribute"/> on each of them, and in addition to those that they have.
    /// </summary>
    /// <param name="builder">The endpoints.</param>
    /// <param name="name">The name under which the election was added; null for the app's first one. An unknown one
    /// stops the app from starting.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">
    /// The app did not call <c>AddLeaderOnlyEndpoints()</c>. Thrown by this call, or, for endpoints outside of a group
    /// in a process where another app did call it, by the first request.
    /// </exception>
    public static TBuilder RequireLeadership<TBuilder>(this TBuilder builder, string? name = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var requirement = name is null ? new LeaderOnlyAttribute() : new LeaderOnlyAttribute(name);
        LeaderOnlyServices.ThrowIfNeverAdded();
        if (builder is IEndpointRouteBuilder group)
            LeaderOnlyServices.ThrowIfMissing(group.ServiceProvider);

        builder.Add(endpoint =>
        {
            LeaderOnlyServices.ThrowIfMissing(endpoint.ApplicationServices);

            // First, because the last item decides whether an endpoint is matched at all, and that is not ours to say.
            endpoint.Metadata.Insert(0, requirement);
        });
        return builder;
    }
}
