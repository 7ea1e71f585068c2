using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeaderElection.AspNetCore;

/// <summary>Brings the term into a request.</summary>
public static class LeadershipHttpContextExtensions
{
    /// <summary>
    /// The term that this request works under. The first call takes the one held now, and later calls return that one,
    /// so that a request never goes on under a later term; with <see cref="LeaderOnlyOptions.CancelRequestsOnLoss"/> it
    /// was taken when the request reached the endpoint. It can be over by the time the caller looks, and is returned
    /// all the same: ask <see cref="Leadership.ThrowIfLost"/>, or let the data check
    /// <see cref="Leadership.FencingToken"/>. Works in endpoints of every kind, whether or not they are for the
    /// leader only. Like the context, for one thread at a time.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The name under which the election was added; null for the app's first one.</param>
    /// <exception cref="LeadershipLostException">At the first call: this instance does not lead.</exception>
    /// <exception cref="InvalidOperationException">The app has no such election; the message lists those that it
    /// has.</exception>
    public static Leadership GetLeadership(this HttpContext context, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var elections = context.RequestServices.GetService<AppElections>() ?? throw new InvalidOperationException(
            "The app has no election. Add one with services.AddLeaderElection(…).");
        var elector = elections.GetElector(name);
        return RequestTerms.Of(context).Begin(elector) ?? throw new LeadershipLostException(
            $"Instance '{elector.InstanceId}' does not lead election '{elector.ElectionName}'.");
    }
}
