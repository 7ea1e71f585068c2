using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Runs what a store asks of its database. Elections of one process take turns on one connection, so that there are
/// few; whoever has waited for a tenth of an attempt goes past the one that hangs. Safe to use from any thread.
/// </summary>
#pragma warning disable CA1001 // what is left of the turn holds nothing; attempts given up return it after a disposal
internal sealed class LeaseCommands(LeaseConnections connections, TimeSpan driverTimeout)
#pragma warning restore CA1001
{
    private const int MostRepeats = 10;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The rows that answer the command.</summary>
    /// <param name="command">Makes it, once more for every repeat.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task<List<T>> QueryAllAsync<T>(
        Func<NpgsqlCommand> command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => RunAsync(
        (connection, token) => connection.QueryAllAsync(command(), read, token), cancellationToken);

    /// <summary>How many rows the command changed.</summary>
    /// <param name="command">Makes it, once more for every repeat.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task<int> ExecuteAsync(Func<NpgsqlCommand> command, CancellationToken cancellationToken) => RunAsync(
        (connection, token) => connection.ExecuteAsync(command(), token), cancellationToken);

    public async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        using var driver = new DriverCancellation(cancellationToken);

        // A command that hangs must not hold up the other elections: after a tenth of an attempt they go past it.
#pragma warning disable RS0030 // the store's own waiting; simulated time ends at ILeaseStore
        var hasTurn = await _turn.WaitAsync(driverTimeout / 10, cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030
        try
        {
            return await connections.UseAsync(
                (connection, token) => RepeatAsync(run, connection, token), driver.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresErrors.IsMisconfiguration(exception))
        {
            throw PostgresErrors.ToStoreException(exception);
        }
        finally
        {
            if (hasTurn)
                _turn.Release();
        }
    }

    // Where the default isolation is higher than READ COMMITTED, contenders that met are told to come again. What
    // failed so was rolled back, so it can be.
    private static async Task<T> RepeatAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> run, NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        for (var repeats = 0; ; repeats++)
        {
            try
            {
                return await run(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (
                repeats < MostRepeats && PostgresErrors.IsWorthRepeating(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
