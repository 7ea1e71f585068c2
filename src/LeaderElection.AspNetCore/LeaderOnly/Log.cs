using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>What the gate logs: 3001 to 3050. Event ids are a promise: never reused, never renumbered.</summary>
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
    public static partial void CannotBeGated(ILogger logger, string? endpoint, string problem);

    [LoggerMessage(3005, LogLevel.Error,
        "What a request to '{Endpoint}' does when it is aborted failed after the leadership was lost.")]
    public static partial void CallbackFailed(ILogger logger, string? endpoint, Exception exception);

    [LoggerMessage(3006, LogLevel.Warning,
        "[LeaderOnly] on {Method} reserves nothing in this app: no endpoint is mapped to it. What calls it otherwise "
        + "calls it on every instance.")]
    public static partial void ReservesNothing(ILogger logger, string method);
}
