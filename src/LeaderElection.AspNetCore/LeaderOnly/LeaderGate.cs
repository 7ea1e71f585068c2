using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Makes, of an endpoint that is for the leader only, one that is the same in everything that routing and middlewares
/// look at, and asks the elections before it does its work. Safe to use from any thread.
/// </summary>
internal sealed class LeaderGate(
    AppElections elections, IOptions<LeaderOnlyOptions> options, FollowerAnswer answer, ILogger<LeaderGate> logger)
{
    // What became of an endpoint; a gated one becomes itself. Weak, because endpoints come and go at run time.
    private readonly ConditionalWeakTable<Endpoint, Endpoint> _gated = [];

    /// <summary>The endpoint itself when everybody may serve it.</summary>
    public Endpoint Gated(Endpoint endpoint) => _gated.GetValue(endpoint, MakeGated);

    public static bool IsLeaderOnly(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<LeaderOnlyAttribute>() is not null;

    /// <summary>Why it cannot be gated as its code asks for; null when it can, or need not be.</summary>
    public string? ProblemOf(Endpoint endpoint)
    {
        if (FalseReservation.Of(endpoint) is { } open)
            return open;
        try
        {
            ElectorsOf(endpoint);
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return $"Endpoint '{endpoint.DisplayName}' is for the leader only. {exception.Message}";
        }
    }

    /// <summary>The electors that must all lead, each once.</summary>
    /// <exception cref="InvalidOperationException">The app has no election of a name that is asked for.</exception>
    public ILeaderElector[] ElectorsOf(Endpoint endpoint) =>
        ElectorsOf(endpoint.Metadata.GetOrderedMetadata<LeaderOnlyAttribute>());

    /// <summary>For actions that were reached by another way than endpoint routing, where nothing is gated.</summary>
    public void HoldBack(ResourceExecutingContext context)
    {
        var required = ElectorsOf(context.Filters.OfType<LeaderOnlyAttribute>());
        if (!Array.TrueForAll(required, elector => elector.IsLeader))
            context.Result = new FollowerResult(answer, required);
    }

    private ILeaderElector[] ElectorsOf(IEnumerable<LeaderOnlyAttribute> requirements) =>
        [.. requirements.Select(requirement => elections.GetElector(requirement.Name)).Distinct()];

    private Endpoint MakeGated(Endpoint endpoint)
    {
        if (MakeInvoke(endpoint) is not { } invoke)
            return endpoint;

        Endpoint gated = endpoint is RouteEndpoint route
            ? new RouteEndpoint(invoke, route.RoutePattern, route.Order, route.Metadata, route.DisplayName)
            : new Endpoint(invoke, endpoint.Metadata, endpoint.DisplayName);
        _gated.TryAdd(gated, gated);
        return gated;
    }

    private RequestDelegate? MakeInvoke(Endpoint endpoint)
    {
        if (ProblemOf(endpoint) is { } problem)
        {
            // The others of its data source go on being served.
            Log.CannotBeGated(logger, endpoint.DisplayName, problem);
            return _ => Task.FromException(new InvalidOperationException(problem));
        }

        if (!IsLeaderOnly(endpoint))
            return null;

        var electors = ElectorsOf(endpoint);
        var inner = endpoint.RequestDelegate ?? (_ => Task.FromException(new InvalidOperationException(
            $"Endpoint '{endpoint.DisplayName}' is for the leader only. It does nothing by itself.")));
        if (options.Value.CancelRequestsOnLoss)
            inner = new TermBoundRequest(electors, inner, answer, logger).InvokeAsync;
        return new GatedRequest(electors, inner, answer).InvokeAsync;
    }
}
