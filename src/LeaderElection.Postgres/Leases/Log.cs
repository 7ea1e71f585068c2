using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(2007, LogLevel.Information,
        "A transaction holds on to the lease of election '{ElectionName}', which has run out: a fenced one of the last "
        + "leader. It is waited for; the server ends it at its own time limits.")]
    public static partial void WaitsForTransaction(ILogger logger, string electionName);
}
