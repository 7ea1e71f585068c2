using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LeaderElection.AspNetCore;

/// <summary>
/// What clients are told by an instance that does not lead. Names elections, never instances: the answer may go to
/// anybody. Makes no call of the store.
/// </summary>
internal sealed class FollowerAnswer(
    IOptions<LeaderOnlyOptions> options, IOptions<ProblemDetailsOptions> problemDetails, ILogger<LeaderGate> logger)
{
    private const string ProblemType = "urn:leader-election:not-leader";

    public async Task WriteAsync(HttpContext context, IReadOnlyList<ILeaderElector> required)
    {
        // When leadership has come in the meantime the client may simply try again.
        var missing = required.Where(elector => !elector.IsLeader).ToList() is { Count: > 0 } some ? some : required;
        context.Response.Headers.CacheControl = "no-store";

        // Who leads one of several may be sent back here by the leader of another, in a circle without end.
        var leadsNone = missing.Count == required.Count;
        if (options.Value.RedirectToLeader && leadsNone
            && LeaderAddress.For(context.Request, missing) is { } address)
        {
            Log.Redirected(logger, context.GetEndpoint()?.DisplayName, address);
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = address;
            return;
        }

        var elections = Names(missing);
        Log.HeldBack(logger, context.GetEndpoint()?.DisplayName, elections);
        context.Response.Headers.RetryAfter = RetryAfter(missing).ToString(CultureInfo.InvariantCulture);
        await WriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = new ProblemDetails
            {
                Type = ProblemType,
                Title = "Only the leader serves this.",
                Status = context.Response.StatusCode = options.Value.StatusCode,
                Detail = $"This instance does not lead {elections}. Try again; another instance may answer.",
                Extensions = { ["election"] = missing[0].ElectionName },
            },
        }).ConfigureAwait(false);
    }

    public static string Names(IEnumerable<ILeaderElector> electors) =>
        "election " + string.Join(" and ", electors.Select(elector => $"'{elector.ElectionName}'"));

    private async Task WriteAsync(ProblemDetailsContext problem)
    {
        var writer = problem.HttpContext.RequestServices.GetService<IProblemDetailsService>();
        if (writer is not null && await writer.TryWriteAsync(problem).ConfigureAwait(false))
            return;

        // The app's writers have looked at what the client accepts. It may not like the answer, but has to get one.
        problemDetails.Value.CustomizeProblemDetails?.Invoke(problem);
        await TypedResults.Problem(problem.ProblemDetails).ExecuteAsync(problem.HttpContext).ConfigureAwait(false);
    }

    // By then every one of them may be led.
    private static long RetryAfter(IEnumerable<ILeaderElector> missing)
    {
        var remaining = missing.Max(elector => elector.Status.Remaining) ?? TimeSpan.Zero;
        return Math.Max(1, (long)Math.Ceiling(remaining.TotalSeconds));
    }
}
