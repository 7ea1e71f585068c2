using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>Makes this instance step down from one term, and from no other.</summary>
internal sealed class StepDown(ElectionMonitor monitor, ILogger logger)
{
    /// <summary>
    /// Answers 202 as soon as the term is over, before its work has ended: that can take as long as the drain.
    /// </summary>
    public Task HandleAsync(HttpContext context)
    {
        // Of an endpoint that was added at run time nobody has asked before.
        StepDownCheck.ThrowIfUndecided(context.GetEndpoint());
        context.Response.Headers.CacheControl = "no-store";
        if (Find(context.GetRouteValue("election") as string ?? "") is not { } elector)
            return Problems.UnknownElection().ExecuteAsync(context);
        if (!RequestOrigin.IsOwnSite(context.Request))
        {
            Log.StepDownRefused(logger, elector.ElectionName, context.Request.Headers.Origin.ToString());
            return Problems.CrossSite().ExecuteAsync(context);
        }

        if (!TryReadToken(context.Request, out var token))
            return Problems.TokenMissing().ExecuteAsync(context);

        // A page that is out of date, or another replica behind the load balancer.
        if (elector.Current?.FencingToken != token)
            return Problems.OtherTerm().ExecuteAsync(context);

        Log.StepDownAsked(logger, context.User.Identity?.Name ?? "anonymous", elector.ElectionName, token);
        _ = ReleaseAsync(elector, token);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    // A slash in a name reaches us still escaped.
    private ILeaderElector? Find(string name) =>
        (monitor.Elections.FirstOrDefault(election => election.Name == name)
            ?? monitor.Elections.FirstOrDefault(election => election.Name == Uri.UnescapeDataString(name)))?.Elector
        as ILeaderElector;

    private static bool TryReadToken(HttpRequest request, out long token) =>
        long.TryParse(request.Query["token"], NumberStyles.None, CultureInfo.InvariantCulture, out token);

    private async Task ReleaseAsync(ILeaderElector elector, long token)
    {
        try
        {
            await elector.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.StepDownFailed(logger, elector.ElectionName, token, exception);
        }
    }
}
