using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Finds out whether elections can run on what the database has, creates what is missing of it and brings up what is of
/// an older version.
/// </summary>
internal sealed class LeaseSchema(LeaseTable table, bool create, ILogger logger)
{
    // What was offered when it was last said.
    private int _said = (int)ServerFunctions.All;
    private int _newestSaid = SchemaVersion.Current;

    /// <exception cref="LeaseStoreException">Somebody has to act first.</exception>
    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await SchemaInspection.ReadAsync(connection, table, cancellationToken).ConfigureAwait(false);
        if (found.CanBeBroughtUp && create)
            found = await BringUpAsync(found, connection, cancellationToken).ConfigureAwait(false);

        if (new SchemaDiagnosis(table, found).Problem() is { } problem)
            throw new LeaseStoreException(problem);
        if (found.Version > Interlocked.Exchange(ref _newestSaid, found.Version))
            Log.SchemaIsNewer(logger, table.Quoted, found.Version, SchemaVersion.Current);
    }

    /// <summary>What the server tells this role about itself; says once what it does not.</summary>
    public async Task<ServerFunctions> AskWhatIsOfferedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var offered = ServerFunctions.None;
        if (await AnswersAsync(TimelineSql.AskSystemId).ConfigureAwait(false))
            offered |= ServerFunctions.SystemId;
        if (await AnswersAsync(TimelineSql.AskTimeline).ConfigureAwait(false))
            offered |= ServerFunctions.Timeline;
        SayWhatIsMissing(offered);
        return offered;

        async Task<bool> AnswersAsync(string question)
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
    }

    private void SayWhatIsMissing(ServerFunctions offered)
    {
        if (Interlocked.Exchange(ref _said, (int)offered) == (int)offered)
            return;
        if (!offered.HasFlag(ServerFunctions.SystemId))
            Log.TimelineUnknown(logger, "pg_control_system()");
        if (!offered.HasFlag(ServerFunctions.Timeline))
            Log.TimelineUnknown(logger, "pg_walfile_name(pg_lsn) and pg_current_wal_lsn()");
    }

    private async Task<SchemaInspection> BringUpAsync(
        SchemaInspection found, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await PostgresLeaseSchema.CreateAsync(connection, table, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new LeaseStoreException(
                new SchemaDiagnosis(table, found).MayNotBeChanged($"{exception.MessageText} ({exception.SqlState})"),
                exception);
        }

        var made = await SchemaInspection.ReadAsync(connection, table, cancellationToken).ConfigureAwait(false);
        if (found.TableExists && made.Version > found.Version)
            Log.SchemaBroughtUp(logger, table.Quoted, found.Version, made.Version);
        return made;
    }
}
