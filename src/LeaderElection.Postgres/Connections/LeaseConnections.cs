using System.Transactions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// The connections of a store: opens and uses them, and forgets what is known of servers when that proves wrong. Safe
/// to use from any thread.
/// </summary>
internal sealed class LeaseConnections(NpgsqlDataSource dataSource, bool isOwn, ILogger logger) : IAsyncDisposable
{
    private const int MostDeadConnections = 10;

    private readonly SharedPoolLog? _sharedPool = isOwn ? null : new SharedPoolLog(dataSource, logger);
    private volatile bool _commandsFail;

    /// <summary>
    /// Called when a command succeeds after others found no server, or one that let nobody in; runs on the command's
    /// thread.
    /// </summary>
    public Action? OnServerIsBack { get; set; }

    /// <summary>Called when another server may answer the next command.</summary>
    public Action? OnConnectionLost { get; set; }

    /// <summary>
    /// Runs commands on a connection. One that the server closed while it lay in the pool is replaced: nothing was run
    /// on it.
    /// </summary>
    public async Task<T> UseAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        for (var dead = 0; ; dead++)
        {
            try
            {
                var connection = await OpenForCommandAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    var result = await use(connection, cancellationToken).ConfigureAwait(false);
                    NoteSuccess();
                    return result;
                }
            }
            catch (Exception exception) when (
                PostgresErrors.IsEndedWhileIdle(exception) && dead < MostDeadConnections)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (Exception exception)
            {
                Forget(exception);
                _commandsFail |= PostgresErrors.IsConnectionLost(exception)
                    || PostgresErrors.IsMisconfiguration(exception);
                throw;
            }
        }
    }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // The caller's transaction has nothing to do with the lease.
        using var apart = Transaction.Current is null
            ? null
            : new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return isOwn && dataSource is NpgsqlMultiHostDataSource hosts
            ? await OpenOnAnyAsync(hosts, cancellationToken).ConfigureAwait(false)
            : await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Connections to a server that is going away or cannot write are of no use, and what the driver remembers of the
    /// hosts is out of date. The app's own pool is left to the app.
    /// </summary>
    public void Forget(Exception exception)
    {
        if (PostgresErrors.IsConnectionLost(exception))
            OnConnectionLost?.Invoke();
        if (!isOwn || !PostgresErrors.IsServerGone(exception))
            return;
        dataSource.Clear();
        (dataSource as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
    }

    public ValueTask DisposeAsync() => isOwn ? dataSource.DisposeAsync() : ValueTask.CompletedTask;

    private Task<NpgsqlConnection> OpenForCommandAsync(CancellationToken cancellationToken) => _sharedPool is null
        ? OpenAsync(cancellationToken)
        : _sharedPool.OpenAsync(OpenAsync, cancellationToken);

    private void NoteSuccess()
    {
        if (!_commandsFail)
            return;
        _commandsFail = false;
        OnServerIsBack?.Invoke();
    }

    // Not cancelled with the attempt: only a search that ends by itself makes the driver remember that a host does not
    // answer, and pass it by the next time.
    private static async Task<NpgsqlConnection> OpenOnAnyAsync(
        NpgsqlMultiHostDataSource hosts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var search = SearchAsync(hosts);
        try
        {
            return await search.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = CloseLateAsync(search);
            throw;
        }
    }

    // The driver remembers which host is down or a standby, and would not look again for as long as it does.
    private static async Task<NpgsqlConnection> SearchAsync(NpgsqlMultiHostDataSource hosts)
    {
        try
        {
            return await hosts.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException exception)
        {
            hosts.ClearDatabaseStates();
            var hasTried = exception.InnerException is not null;
            if (hasTried)
                throw;
        }

        return await hosts.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task CloseLateAsync(Task<NpgsqlConnection> search)
    {
        try
        {
            var connection = await search.ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nobody waits for it any more.
        }
    }
}
