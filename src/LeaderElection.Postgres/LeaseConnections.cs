using System.Transactions;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Opens the connections of a store, and forgets what is known of servers when that proves wrong. Safe to use from any
/// thread.
/// </summary>
internal sealed class LeaseConnections(NpgsqlDataSource dataSource, bool isOwn) : IAsyncDisposable
{
    private volatile bool _serverWentAway;

    /// <summary>Called when a command succeeds after others found the server gone; runs on the command's thread.</summary>
    public Action? OnServerIsBack { get; set; }

    /// <summary>Called when another server may answer the next command.</summary>
    public required Action OnConnectionLost { get; init; }

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

    public void NoteSuccess()
    {
        if (!_serverWentAway)
            return;
        _serverWentAway = false;
        OnServerIsBack?.Invoke();
    }

    public void NoteFailure(Exception exception)
    {
        Forget(exception);
        _serverWentAway |= PostgresErrors.IsConnectionLost(exception);
    }

    /// <summary>
    /// Connections to a server that is going away or cannot write are of no use, and what the driver remembers of the
    /// hosts is out of date. The app's own pool is left to the app.
    /// </summary>
    public void Forget(Exception exception)
    {
        if (PostgresErrors.IsConnectionLost(exception))
            OnConnectionLost();
        if (!isOwn || !PostgresErrors.IsServerGone(exception))
            return;
        dataSource.Clear();
        (dataSource as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
    }

    public ValueTask DisposeAsync() => isOwn ? dataSource.DisposeAsync() : ValueTask.CompletedTask;

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
