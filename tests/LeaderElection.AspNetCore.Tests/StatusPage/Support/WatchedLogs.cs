using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore.Tests;

/// <summary>What the library and the host log, beside whatever else an app logs to.</summary>
internal static class WatchedLogs
{
    /// <summary>What the host logs when a request is over.</summary>
    public const int RequestFinished = 2;

    // Others have the same event ids.
    public static LogCollector New() => new()
    {
        Keeps = static category => category.StartsWith("LeaderElection.", StringComparison.Ordinal)
            || category == "Microsoft.AspNetCore.Hosting.Diagnostics",
    };

    public static void AddTo(this LogCollector logs, WebApplicationBuilder builder) =>
        builder.Logging.AddProvider(logs);
}
