using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>Finds out what the server tells this role about itself, and says once what it does not. Safe to use from
/// any thread.</summary>
internal sealed class OfferedFunctions(ILogger logger)
{
    private readonly SaidOnce<ServerFunctions> _lack = new();

    public async Task<ServerFunctions> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var offered = ServerFunctions.None;
        if (await AnswersAsync(TimelineSql.AskSystemId, connection, cancellationToken).ConfigureAwait(false))
            offered |= ServerFunctions.SystemId;
        if (await AnswersAsync(TimelineSql.AskTimeline, connection, cancellationToken).ConfigureAwait(false))
            offered |= ServerFunctions.Timeline;
        SayWhatIsMissing(offered);
        return offered;
    }

    private static async Task<bool> AnswersAsync(
        string question, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(question, connection);
        await using (command.ConfigureAwait(false))
        {
            try
            {
                await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (PostgresException exception) when (PostgresErrors.IsNotOffered(exception))
            {
                return false;
            }
        }
    }

    private void SayWhatIsMissing(ServerFunctions offered)
    {
        if (!_lack.IsNews(offered))
            return;
        if (!offered.HasFlag(ServerFunctions.SystemId))
            Log.TimelineUnknown(logger, "pg_control_system()");
        if (!offered.HasFlag(ServerFunctions.Timeline))
            Log.TimelineUnknown(logger, "pg_walfile_name(pg_lsn) and pg_current_wal_lsn()");
    }
}
