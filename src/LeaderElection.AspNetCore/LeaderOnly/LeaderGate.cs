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
/// <remarks>
/// <para><b>A request through the gate.</b> What an endpoint's metadata asks for is all that the gate obeys: the
/// <see cref="LeaderOnlyAttribute"/>s that the framework carried there, and those of <c>RequireLeadership()</c>.</para>
/// <para><b>The app starts.</b> <see cref="EndpointsCheck"/> looks at every endpoint once, for what a reader of the
/// code takes for reserved may be open. <see cref="EndpointCode"/> finds the members behind an endpoint, and
/// <see cref="FalseReservation"/> an attribute on them that did not reach the metadata.
/// <see cref="MisplacedAttributes"/> looks for attributes on what no endpoint runs, among the types that
/// <see cref="AppCode"/> finds. Two doors go round an endpoint: a delegate that wraps the reserved one
/// (<see cref="HiddenCode"/>), and an open circuit, in which Blazor shows reserved pages without a request to them
/// (<see cref="Circuits"/>). Each of these stops the app, as the name of an unknown election does; of a reserved method
/// that might be mapped elsewhere there is only a warning. An endpoint with such a problem that comes while the app
/// runs is gated, too: it fails at every request.</para>
/// <para><b>The routes are built.</b> <see cref="LeaderOnlyMatcherPolicy"/>, the last of all policies, puts what
/// <see cref="Gated"/> makes in the place of each reserved endpoint. So the check is part of the endpoint: it comes
/// after every middleware, authentication among them, and costs routing nothing. Endpoints that are chosen per request
/// (dynamic routes, pages compiled at run time) are replaced per request. Actions that are reached without endpoint
/// routing pass the attribute itself, which is a filter too and calls <see cref="HoldBack"/>;
/// <see cref="GatedActions"/> takes that filter off where the endpoint asks already.</para>
/// <para><b>The request reaches the endpoint.</b> <see cref="GatedRequest"/> asks <c>IsLeader</c> of each election,
/// once; elections that were created while the app runs are looked up at each request. A follower gives the
/// <see cref="FollowerAnswer"/>: 503, or a redirect to the <see cref="LeaderAddress"/>.</para>
/// <para><b>Leadership is lost meanwhile.</b> Nothing stops the request by itself. The endpoint can ask its term, which
/// <see cref="RequestTerms"/> remembers so that no later one takes its place. When it throws
/// <see cref="LeadershipLostException"/>, <see cref="LeadershipLostHandler"/> turns that into the follower's answer,
/// in apps with exception handlers. With <see cref="LeaderOnlyOptions.CancelRequestsOnLoss"/> there is a
/// <see cref="TermBoundRequest"/> around the endpoint: its <see cref="RequestEnd"/> cancels <c>RequestAborted</c> from
/// the thread pool, and the follower's answer takes the place of what was cancelled.</para>
/// <para><b>A hub</b> is one endpoint: the elections are asked for each of its requests, not for each message, and a
/// WebSocket is one request. So its connections outlive the leadership; under
/// <see cref="LeaderOnlyOptions.CancelRequestsOnLoss"/> they are cut.</para>
/// <para><b>Nothing was registered.</b> Then no policy and no check exist. Routing asks the attribute itself whether
/// its endpoint may be matched, and it throws (<see cref="LeaderOnlyServices.ThrowIfNeverAdded"/>).</para>
/// </remarks>
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
        return Array.Exists(electors, elector => elections.IsCreated(elector.ElectionName))
            ? context => Gate(Array.ConvertAll(electors, Latest), inner)(context)
            : Gate(electors, inner);
    }

    // An election that was created may have ended, and have been created anew. One that is gone is led by nobody here.
    private ILeaderElector Latest(ILeaderElector elector) =>
        elections.IsCreated(elector.ElectionName)
        && elections.FindElectorOfAnyKind(elector.ElectionName) is ILeaderElector latest
            ? latest
            : elector;

    private RequestDelegate Gate(ILeaderElector[] electors, RequestDelegate serve)
    {
        if (options.Value.CancelRequestsOnLoss)
            serve = new TermBoundRequest(electors, serve, answer, logger).InvokeAsync;
        return new GatedRequest(electors, serve, answer).InvokeAsync;
    }
}
