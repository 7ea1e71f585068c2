using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Asks the database, in a transaction of the user, whether a term goes on, and keeps it from being followed until that
/// transaction has ended. Trusts no row before it knows that the connection leads to the database of the lease. Safe to
/// use from any thread.
/// </summary>
internal sealed class LeaseFence(
    LeaseTable table, TimeSpan grace, GivenAwayTerms givenAway, HomeDatabase home)
{
    private const string Elsewhere =
        "A fence holds only within one database; elsewhere store the highest FencingToken seen and refuse lower ones.";

    private readonly FenceSql _sql = new(table);

    /// <summary>False when the term is over; the transaction is as it was then.</summary>
    /// <param name="electionName">The election.</param>
    /// <param name="fencingToken">The term.</param>
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="transaction">The user's transaction, running.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">
    /// The transaction leads to another database, cannot write or is aborted, or the role lacks a right.
    /// </exception>
    public async Task<bool> TryRaiseAsync(
        string electionName, long fencingToken, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (givenAway.Contains(electionName, fencingToken))
            return false;

        try
        {
            var command = _sql.Fence(electionName, fencingToken, grace, connection.PostgreSqlVersion);
            command.Transaction = transaction;
            var here = await connection.QueryAsync(command, FenceSql.ReadIdentity, cancellationToken)
                .ConfigureAwait(false);
            var place = here is null
                ? await ServerPlace.AskAsync(connection, cancellationToken).ConfigureAwait(false)
                : new ServerPlace(here, connection.Host, connection.Port);
            await CheckIsHomeAsync(place, cancellationToken).ConfigureAwait(false);
            return here is not null;
        }
        catch (PostgresException exception) when (Advice(exception.SqlState, connection) is { } advice)
        {
            throw new InvalidOperationException(advice, exception);
        }
    }

    private async Task CheckIsHomeAsync(ServerPlace place, CancellationToken cancellationToken)
    {
        if (home.LastHeardOf?.Identity == place.Identity)
            return;

        var asked = await home.AskAsync(cancellationToken).ConfigureAwait(false);
        if (asked.Identity != place.Identity)
        {
            throw new InvalidOperationException(
                $"The transaction is in another database than the lease: it is in {place}, the lease in {asked}. "
                + Elsewhere);
        }
    }

    private string? Advice(string sqlState, NpgsqlConnection connection) => sqlState switch
    {
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            $"There is no lease table {table.Quoted} in database '{connection.Database}' at {connection.Host}:"
            + $"{connection.Port}, where the transaction is; the lease is in "
            + $"{home.LastHeardOf?.ToString() ?? "another database"}. {Elsewhere}",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"The role of this connection cannot fence: it needs USAGE on schema {LeaseTable.Quote(table.Schema)} and "
            + $"SELECT, UPDATE on table {table.Quoted}.",
        PostgresErrorCodes.InFailedSqlTransaction =>
            "The transaction is aborted by an earlier error. Roll it back and begin a new one.",
        PostgresErrorCodes.ReadOnlySqlTransaction =>
            "The transaction is read-only, or the server a standby. A fence is for writes: begin a transaction that "
            + "can write, on the primary.",
        _ => null,
    };
}
