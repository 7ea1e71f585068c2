using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore;

/// <summary>Maps the status page of the app's elections.</summary>
public static class LeaderElectionEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps what tells people how the elections of this process are doing: a page at <paramref name="pattern"/>, JSON
    /// at <c>status</c> below it, server-sent events at <c>events</c>, and, where
    /// <see cref="StatusPageOptions.AllowStepDown"/> is set, <c>POST elections/{name}/step-down?token={token}</c>.
    /// </summary>
    /// <remarks>
    /// Shows instance names, endpoints and error messages to whoever can reach it: follow it with
    /// <c>RequireAuthorization()</c>, which covers all of them. A step-down is refused when the page of another site
    /// made a browser ask for it, and does nothing unless this instance leads with that token. Where a step-down is
    /// allowed, an app that says neither <c>RequireAuthorization()</c> nor <c>AllowAnonymous()</c> of the endpoints
    /// does not start; a fallback policy of the app does not count. May be mapped more than once.
    /// </remarks>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">Where the page is; may hold route parameters, but no catch-all.</param>
    /// <param name="configure">Sets options in code.</param>
    /// <returns>Conventions for all of the endpoints.</returns>
    /// <exception cref="ArgumentException">The pattern or an option cannot be used.</exception>
    /// <exception cref="InvalidOperationException">Neither <c>AddStatusPage()</c> nor
    /// <c>AddLeaderOnlyEndpoints()</c> was called.</exception>
    public static IEndpointConventionBuilder MapLeaderElection(
        this IEndpointRouteBuilder endpoints, string pattern = "/leader-election",
        Action<StatusPageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        CheckPattern(pattern);
        var options = new StatusPageOptions();
        configure?.Invoke(options);
        options.Check(nameof(configure));
        var monitor = endpoints.ServiceProvider.GetService<ElectionMonitor>() ?? throw new InvalidOperationException(
            "MapLeaderElection() needs services that are missing. Call AddStatusPage() where the election is added: "
            + "services.AddLeaderElection(…).UsePostgres(…).AddStatusPage().");

        monitor.AddPage();
        var group = endpoints.MapGroup(pattern);
        StatusEndpoints.Map(group, monitor, options, endpoints.ServiceProvider);
        return group;
    }

    // The endpoints are only built at the first request; a pattern that cannot be used should be heard of at once.
    private static void CheckPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        try
        {
            RoutePatternFactory.Parse($"{pattern.TrimEnd('/')}/{StatusEndpoints.StepDownPattern}");
        }
        catch (RoutePatternException exception)
        {
            throw new ArgumentException(
                $"Nothing can be mapped below '{pattern}': {exception.Message}", nameof(pattern), exception);
        }
    }
}
