using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore;

/// <summary>
/// In apps that use exception handlers: an endpoint for the leader only that stopped because the leadership was lost
/// answers as a follower does.
/// </summary>
internal sealed class LeadershipLostHandler(LeaderGate gate, FollowerAnswer answer) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not LeadershipLostException
            || httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint is not { } endpoint
            || !LeaderGate.IsLeaderOnly(endpoint))
        {
            return false;
        }

        // The exception can be about an election that the endpoint does not ask for.
        var electors = gate.ElectorsOf(endpoint);
        var terms = RequestTerms.Of(httpContext);
        if (Array.TrueForAll(electors, elector => terms.Begin(elector) is { IsHeld: true }))
            return false;

        await answer.WriteAsync(httpContext, electors).ConfigureAwait(false);
        return true;
    }
}
