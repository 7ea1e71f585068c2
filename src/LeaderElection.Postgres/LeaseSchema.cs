using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>Finds out whether elections can run on what the database has, and creates what is missing of it.</summary>
internal sealed class LeaseSchema(LeaseTable table, bool create, ILogger logger)
{
    // What was offered when it was last said.
    private int _said = (int)ServerFunctions.All;

    /// <exception cref="LeaseStoreException">Somebody has to act first.</exception>
    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await InspectAsync(connection, cancellationToken).ConfigureAwait(false);
        if (found.CanBeCompleted && create)
        {
            await CreateAsync(connection, cancellationToken).ConfigureAwait(false);
            found = await InspectAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        if (found.Problem(table) is { } problem)
            throw new LeaseStoreException(problem);
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
            try
            {
                await connection.QuerySingleAsync<long>(
                    new CommandDefinition(question, cancellationToken: cancellationToken)).ConfigureAwait(false);
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
        if (Interlocked.Exchange(ref _said, (int)offered) == (int)offered)
            return;
        if (!offered.HasFlag(ServerFunctions.SystemId))
            Log.TimelineUnknown(logger, "pg_control_system()");
        if (!offered.HasFlag(ServerFunctions.Timeline))
            Log.TimelineUnknown(logger, "pg_walfile_name(pg_lsn) and pg_current_wal_lsn()");
    }

    private Task<SchemaInspection> InspectAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<SchemaInspection>(new CommandDefinition(
            PostgresLeaseSchema.Inspect,
            new
            {
                schema = table.Schema,
                table = table.Name,
                sequence = table.SequenceName,
                timelines = table.TimelineTableName,
            },
            cancellationToken: cancellationToken));

    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await PostgresLeaseSchema.CreateAsync(connection, table, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new LeaseStoreException(
                $"What is missing of {table.Quoted} and its sequence and timelines cannot be created by this role: "
                + $"{exception.MessageText} ({exception.SqlState}). Let the owner run the script that "
                + $"{nameof(PostgresLeaseSchema)}.{nameof(PostgresLeaseSchema.CreateScript)}(\"{table.Schema}\", "
                + $"\"{table.Name}\") returns.",
                exception);
        }
    }
}
