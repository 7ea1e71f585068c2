using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Routing;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Only the leader serves this: a controller, an action, a page model, a hub, a gRPC service or a method of it, a
/// component with a route, or the lambda or method behind a minimal endpoint. Other instances answer as
/// <see cref="LeaderOnlyOptions"/> says. Where it stands several times, on a class and on its action say, this instance
/// must lead every election named. Needs <c>AddLeaderOnlyEndpoints()</c>.
/// </summary>
/// <remarks>
/// <para>The election is asked for when the request reaches the endpoint, after the app's middlewares, so that
/// authentication comes first. Leadership can be lost afterwards: hand
/// <see cref="LeadershipHttpContextExtensions.GetLeadership"/> on to what writes, or set
/// <see cref="LeaderOnlyOptions.CancelRequestsOnLoss"/>. What a middleware answers by itself, an output cache for one,
/// does not reach the endpoint and is not held back.</para>
/// <para>An app does not start that has the attribute where ASP.NET Core carries it to no endpoint: on a class of
/// minimal handlers, an interface method, a method of a hub, page model or component, a middleware, a filter, a
/// service. The message names the member and says where it belongs. A method that no endpoint is mapped to is warned
/// of.</para>
/// <para>In a process where nothing called <c>AddLeaderOnlyEndpoints()</c>, the first request of an app that has such
/// endpoints throws <see cref="InvalidOperationException"/>, and so does every later one. In a process that runs
/// several apps of which only some called it, the others are not so safe: their actions and pages throw, but a lambda,
/// a delegate or a hub with the attribute is open to all. <c>RequireLeadership()</c> fails there, too.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class LeaderOnlyAttribute : Attribute, ISuppressMatchingMetadata, IResourceFilter, IOrderedFilter
{
    /// <summary>Asks for the leader of the app's only or first election.</summary>
    public LeaderOnlyAttribute()
    {
    }

    /// <summary>Asks for the leader of one of several elections.</summary>
    /// <param name="name">The name under which the election was added. An unknown one stops the app from
    /// starting.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public LeaderOnlyAttribute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name under which the election was added; null for the app's first one.</summary>
    public string? Name { get; }

    // Read by routing of every endpoint it is about to serve, with or without our services: where they are missing
    // nobody else would object.
    bool ISuppressMatchingMetadata.SuppressMatching
    {
        get
        {
            LeaderOnlyServices.ThrowIfNeverAdded();
            return false;
        }
    }

    int IOrderedFilter.Order => int.MinValue;

    void IResourceFilter.OnResourceExecuting(ResourceExecutingContext context) =>
        LeaderOnlyServices.GateOf(context.HttpContext.RequestServices).HoldBack(context);

    void IResourceFilter.OnResourceExecuted(ResourceExecutedContext context)
    {
        // Only who may enter is of interest.
    }
}
