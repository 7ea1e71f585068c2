using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(2020, LogLevel.Information,
        "The tables of {Table} were brought from schema version {From} to {To}. Instances of older libraries go on.")]
    public static partial void SchemaBroughtUp(ILogger logger, string table, int from, int to);

    [LoggerMessage(2021, LogLevel.Information,
        "The tables of {Table} are of schema version {Version}, newer than this library's {Known}. All that it needs "
        + "is there; it goes on.")]
    public static partial void SchemaIsNewer(ILogger logger, string table, int version, int known);
}
