using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>What the status page logs: 3051 and up.</summary>
internal static partial class Log
{
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
