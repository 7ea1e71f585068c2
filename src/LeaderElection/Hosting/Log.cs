using Microsoft.Extensions.Logging;

namespace LeaderElection;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(1022, LogLevel.Warning,
        "Nothing reads '{Setting}', which looks like '{Known}'. Correct its name; if it is not meant for "
        + "LeaderElection, ignore this.")]
    public static partial void LooksLikeOurs(ILogger logger, string setting, string known);
}
