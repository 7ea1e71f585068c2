using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>Serves a request under the terms held when it begins, and ends it with the first of them that is
/// lost.</summary>
internal sealed class TermBoundRequest(
    ILeaderElector[] electors, RequestDelegate serve, FollowerAnswer answer, ILogger logger)
{
    private const string WebSocket = "websocket";

    public async Task InvokeAsync(HttpContext context)
    {
        if (BeginTerms(context) is not { } terms)
        {
            await answer.WriteAsync(context, electors).ConfigureAwait(false);
            return;
        }

        var clientGone = context.RequestAborted;
        using var end = new RequestEnd(context, terms, logger);
        using var cut = IsWebSocket(context)
            ? end.Token.UnsafeRegister(static state => ((HttpContext)state!).Abort(), context)
            : default;
        context.RequestAborted = end.Token;
        try
        {
            await serve(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsEndByLoss(exception, terms, clientGone))
        {
            context.RequestAborted = clientGone;
            Log.EndedByLoss(logger, context.GetEndpoint()?.DisplayName, FollowerAnswer.Names(electors));
            await EndAsync(context).ConfigureAwait(false);
        }
        finally
        {
            context.RequestAborted = clientGone;
        }
    }

    /// <summary>Null when one of them was lost since the elections were asked.</summary>
    private List<Leadership>? BeginTerms(HttpContext context)
    {
        var known = RequestTerms.Of(context);
        var terms = new List<Leadership>(electors.Length);
        foreach (var elector in electors)
        {
            if (known.Begin(elector) is not { IsHeld: true } term)
                return null;
            terms.Add(term);
        }

        return terms;
    }

    private static bool IsEndByLoss(Exception exception, List<Leadership> terms, CancellationToken clientGone) =>
        exception is OperationCanceledException or LeadershipLostException
        && terms.Exists(term => !term.IsHeld)
        && !clientGone.IsCancellationRequested;

    // A response that has begun must not look complete.
    private Task EndAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Clear();
        return answer.WriteAsync(context, electors);
    }

    // Whoever serves a socket need not listen to RequestAborted. Asked of the server, because a hub makes the request a
    // WebSocket request only later.
    private static bool IsWebSocket(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
        || (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && string.Equals(context.Request.Headers.Upgrade, WebSocket, StringComparison.OrdinalIgnoreCase))
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: WebSocket };
}
