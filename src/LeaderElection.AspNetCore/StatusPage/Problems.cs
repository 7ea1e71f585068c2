using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeaderElection.AspNetCore;

/// <summary>What the status page refuses, as RFC 9457 problems. Their types are public: programs read them.</summary>
/// <remarks>One for each request: the app may add to it before it is written.</remarks>
internal static class Problems
{
    public static ProblemHttpResult CrossSite() => Of(
        StatusCodes.Status403Forbidden, "cross-site", "A page of another site cannot make an instance step down.");

    public static ProblemHttpResult UnknownElection() => Of(
        StatusCodes.Status404NotFound, "unknown-election", "This process has no election of that name.");

    public static ProblemHttpResult TokenMissing() => Of(
        StatusCodes.Status400BadRequest, "token-missing",
        "Name the term to step down from: ?token=, its fencing token.");

    public static ProblemHttpResult OtherTerm() => Of(
        StatusCodes.Status409Conflict, "other-term", "This instance does not lead with that token.");

    public static ProblemHttpResult TooManyStreams() => Of(
        StatusCodes.Status503ServiceUnavailable, "too-many-streams", "Too many event streams are open.");

    private static ProblemHttpResult Of(int status, string type, string title) =>
        TypedResults.Problem(statusCode: status, type: $"urn:leader-election:{type}", title: title);
}
