using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>What the web package logs. Event ids (3000+) are a contract: never reused, never renumbered.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Debug, "'{Endpoint}' was not served: this instance does not lead {Elections}.")]
    public static partial void HeldBack(ILogger logger, string? endpoint, string elections);

    [LoggerMessage(3002, LogLevel.Debug, "'{Endpoint}' was not served: the client was sent to the leader at {Leader}.")]
    public static partial void Redirected(ILogger logger, string? endpoint, string leader);

    [LoggerMessage(3003, LogLevel.Information,
        "A request to '{Endpoint}' was ended because the leadership it needs was lost: {Elections}.")]
    public static partial void EndedByLoss(ILogger logger, string? endpoint, string elections);

    [LoggerMessage(3004, LogLevel.Error, "'{Endpoint}' is for the leader only and fails at every request: {Problem}")]
    public static partial void CannotBeGuarded(ILogger logger, string? endpoint, string problem);

    [LoggerMessage(3005, LogLevel.Error,
        "What a request to '{Endpoint}' does when it is aborted failed after the leadership was lost.")]
    public static partial void CallbackFailed(ILogger logger, string? endpoint, Exception exception);

    [LoggerMessage(3006, LogLevel.Warning,
        "[LeaderOnly] on {Method} reserves nothing in this app: no endpoint is mapped to it. What calls it otherwise "
        + "calls it on every instance.")]
    public static partial void ReservesNothing(ILogger logger, string method);

    // The status page: 3051 and up.
    [LoggerMessage(3051, LogLevel.Warning,
        "Watching election '{ElectionName}' for the status page failed. It is watched again every {Interval}; further "
        + "failures are not logged.")]
    public static partial void WatchFailed(
        ILogger logger, string electionName, TimeSpan interval, Exception exception);

    [LoggerMessage(3052, LogLevel.Information,
        "Dropped a client of the status page's events: it did not take one event within {Timeout}.")]
    public static partial void StreamDropped(ILogger logger, TimeSpan timeout);

    [LoggerMessage(3053, LogLevel.Warning,
        "All {Count} event streams of the status page are taken; further clients are refused until one ends.")]
    public static partial void StreamsExhausted(ILogger logger, int count);

    [LoggerMessage(3054, LogLevel.Information,
        "'{User}' makes this instance step down from term {FencingToken} of election '{ElectionName}'.")]
    public static partial void StepDownAsked(ILogger logger, string user, string electionName, long fencingToken);

    [LoggerMessage(3055, LogLevel.Warning,
        "Refused to step down in election '{ElectionName}': the request came from another site ({Origin}).")]
    public static partial void StepDownRefused(ILogger logger, string electionName, string origin);

    [LoggerMessage(3056, LogLevel.Error,
        "Stepping down from term {FencingToken} of election '{ElectionName}' failed.")]
    public static partial void StepDownFailed(
        ILogger logger, string electionName, long fencingToken, Exception exception);
}
