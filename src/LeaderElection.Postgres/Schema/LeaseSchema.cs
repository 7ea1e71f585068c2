using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Finds out whether elections can run on what the database has, creates what is missing of it and brings up what is of
/// an older version.
/// </summary>
internal sealed class LeaseSchema(LeaseTable table, bool create, ILogger logger)
{
    private readonly SaidOnce<int> _newer = new();

    /// <exception cref="LeaseStoreException">Somebody has to act first.</exception>
    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await SchemaInspection.ReadAsync(connection, table, cancellationToken).ConfigureAwait(false);
        if (found.CanBeBroughtUp && create)
            found = await BringUpAsync(found, connection, cancellationToken).ConfigureAwait(false);

        if (new SchemaDiagnosis(table, found).Problem() is { } problem)
            throw new LeaseStoreException(problem);
        if (found.Version > SchemaVersion.Current && _newer.IsNews(found.Version))
            Log.SchemaIsNewer(logger, table.Quoted, found.Version, SchemaVersion.Current);
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
