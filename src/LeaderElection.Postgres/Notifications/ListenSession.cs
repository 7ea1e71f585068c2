using System.Data;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// LISTEN over one connection. It counts as listening only after a notification sent over another connection has come
/// back: behind a pooler in transaction mode LISTEN succeeds and nothing ever arrives. The same echo is repeated in
/// silence, to find a connection that died unnoticed. It goes to a channel that nobody else listens to: on the one of
/// the table every process would be sent the echoes of all others. One at a time.
/// </summary>
internal sealed class ListenSession(
    LeaseConnections connections, LeaseCommands commands, NotificationSql sql, TimeSpan echoTimeout)
{
    private const int MostSessionsBehindPooler = 50;
    private static readonly TimeSpan EchoInterval = TimeSpan.FromSeconds(30);

    private readonly string _ownChannel = $"leader_election_{Guid.NewGuid():N}";
    private bool _echoHeard;

    /// <summary>Returns when notifications do not arrive; throws when the connection fails.</summary>
    /// <param name="onListening">Called after every echo.</param>
    /// <param name="onPayload">Called for every notification that is no echo of this session.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task RunAsync(Action onListening, Action<string> onPayload, CancellationToken cancellationToken)
    {
        var connection = await BeginAsync(onPayload, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var wasHeard = false;
            try
            {
                while (await HearEchoAsync(connection, cancellationToken).ConfigureAwait(false))
                {
                    wasHeard = true;
                    onListening();
                    await HearAsync(connection, EchoInterval, () => false, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                await UnlistenAsync(connection).ConfigureAwait(false);
            }

            if (wasHeard)
                throw new TimeoutException("Notifications no longer arrive.");
        }
    }

    private async Task<NpgsqlConnection> BeginAsync(Action<string> onPayload, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(2 * echoTimeout);
        using var driver = new DriverCancellation(limit.Token);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await connections.OpenAsync(driver.Token).ConfigureAwait(false);
            connection.Notification += (_, notification) => OnNotification(notification, onPayload);
            var batch = BatchOf(connection, sql.Listen(_ownChannel));
            await using (batch.ConfigureAwait(false))
                await batch.ExecuteNonQueryAsync(driver.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception)
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new TimeoutException($"No LISTEN within {2 * echoTimeout}.", exception);
            throw;
        }
    }

    // The connection goes back to a pool, the app's own or a pooler's, and must not go on listening there. A pooler may
    // pass every statement on to another session than the one that listens: it is looked for.
    private async Task UnlistenAsync(NpgsqlConnection connection)
    {
        if (connection.FullState != ConnectionState.Open)
            return;

        try
        {
            using var limit = new CancellationTokenSource(echoTimeout);
            using var driver = new DriverCancellation(limit.Token);
            for (var attempt = 0; attempt < MostSessionsBehindPooler; attempt++)
            {
                if (await UnlistenHereAsync(connection, driver.Token).ConfigureAwait(false))
                    return;
            }
        }
        catch (Exception)
        {
            // A connection that cannot even do that is not used again.
        }
    }

    /// <summary>All statements in one round trip, and so in one session. Whether it was the one that
    /// listened.</summary>
    private async Task<bool> UnlistenHereAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = BatchOf(connection, [sql.IsListening, .. sql.Unlisten(_ownChannel)]);
        await using (batch.ConfigureAwait(false))
            return await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private static NpgsqlBatch BatchOf(NpgsqlConnection connection, IReadOnlyList<string> statements)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        return batch;
    }

    private async Task<bool> HearEchoAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _echoHeard = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(echoTimeout);
        await commands.ExecuteAsync(() => NotificationSql.Echo(_ownChannel), limit.Token).ConfigureAwait(false);
        await HearAsync(connection, echoTimeout, () => _echoHeard, cancellationToken).ConfigureAwait(false);
        return _echoHeard;
    }

    private static async Task HearAsync(
        NpgsqlConnection connection, TimeSpan duration, Func<bool> done, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!done())
        {
            var left = duration - TimeProvider.System.GetElapsedTime(began);
            if (left < TimeSpan.FromMilliseconds(1))
                return;
            await connection.WaitAsync(left, cancellationToken).ConfigureAwait(false);
        }
    }

    private void OnNotification(NpgsqlNotificationEventArgs notification, Action<string> onPayload)
    {
        if (notification.Channel == _ownChannel)
            _echoHeard = true;
        else
            onPayload(notification.Payload);
    }
}
