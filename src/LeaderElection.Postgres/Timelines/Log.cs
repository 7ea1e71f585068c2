using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(2005, LogLevel.Warning,
        "The database runs on timeline {Timeline} of system {SystemId}, which is new to {Table}: a failover, a "
        + "restore, an upgrade, or a clock set back since. Leases granted before may have been lost: whoever leads "
        + "goes on, nobody else takes over within one lease from now.")]
    public static partial void TimelineMet(ILogger logger, string table, long systemId, long timeline);

    [LoggerMessage(2006, LogLevel.Warning,
        "The server does not offer {Missing} to this role. A failover to a standby that lacks the last commits cannot "
        + "be told from normal operation: fencing tokens may fall and a lease be taken over too early after one. GRANT "
        + "EXECUTE on the function, or use synchronous replication.")]
    public static partial void TimelineUnknown(ILogger logger, string missing);
}
