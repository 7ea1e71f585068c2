using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// One connection in LISTEN for all elections of a store; reconnects for ever. It counts as listening only after a
/// notification sent over another connection has come back: behind a pooler in transaction mode LISTEN succeeds and
/// nothing ever arrives. The same echo is repeated in silence, to find a connection that died unnoticed.
/// </summary>
internal sealed class LeaseListener : IAsyncDisposable
{
    private const string LeasePrefix = "lease ";
    private const string EchoPrefix = "echo ";
    private const int MostSessionsBehindPooler = 50;
    private static readonly TimeSpan EchoInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryBehindPooler = TimeSpan.FromMinutes(10);

    private readonly LeaseConnections _connections;
    private readonly Func<string, CancellationToken, Task> _notify;
    private readonly NotificationSql _sql;
    private readonly TimeSpan _echoTimeout;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private readonly string _echo = $"{EchoPrefix}{Guid.NewGuid():N}";

    // Guards the three below.
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private Task? _loop;
    private CancellationTokenSource? _session;

    // Written by the loop alone.
    private volatile bool _isListening;
    private bool _echoHeard;
    private string? _said;

    public LeaseListener(
        LeaseConnections connections, Func<string, CancellationToken, Task> notify, NotificationSql sql,
        TimeSpan echoTimeout, ILogger logger)
    {
        _connections = connections;
        _notify = notify;
        _sql = sql;
        _echoTimeout = echoTimeout;
        _logger = logger;
    }

    /// <summary>The payload that tells of a change in an election.</summary>
    public static string Announce(string electionName) => LeasePrefix + electionName;

    /// <summary>The first subscription starts the listening.</summary>
    public ILeaseSubscription Subscribe(string electionName, Action onHint)
    {
        var subscription = new Subscription(this, electionName, onHint);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, typeof(PostgresLeaseStore));
            _subscriptions.Add(subscription);
            if (_loop is null)
            {
                // Nothing of the first subscriber's context may live on in the loop.
                using (ExecutionContext.SuppressFlow())
                    _loop = RunAsync();
            }
        }

        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            loop = _loop;
            if (_disposed.IsCancellationRequested)
                loop = null;
        }

        _disposed.Cancel();
        if (loop is not null)
            await loop.ConfigureAwait(false);
    }

    /// <summary>
    /// Leaves the connection, or the pause before the next one, and connects at once: the server has changed.
    /// </summary>
    public void Reconnect()
    {
        CancellationTokenSource? session;
        lock (_gate)
            session = _session;
        try
        {
            session?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself, and the next one begins now.
        }
    }

    private async Task RunAsync()
    {
        var retry = FirstRetry;
        while (!_disposed.IsCancellationRequested)
        {
            using var session = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
            lock (_gate)
                _session = session;
            try
            {
                await ListenAsync(session.Token).ConfigureAwait(false);
                retry = RetryBehindPooler;
                SayOnce(nameof(Log.NothingArrives), () => Log.NothingArrives(_logger, _echoTimeout, retry));
            }
            catch (Exception) when (_disposed.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException) when (session.IsCancellationRequested)
            {
                retry = FirstRetry;
            }
            catch (Exception exception)
            {
                // After a connection that worked, the first attempt comes at once and the wait grows from the start.
                retry = _isListening ? FirstRetry : Min(2 * retry, LongestRetry);
                _connections.Forget(exception);
                SayOnce(nameof(Log.ListenFailed), () => Log.ListenFailed(_logger, exception));
            }

            SetListening(false);
            await PauseAsync(retry, session.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when notifications do not arrive; throws when the connection fails.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using var openLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        openLimit.CancelAfter(2 * _echoTimeout);
        using var driver = new DriverCancellation(openLimit.Token);
        var connection = await _connections.OpenAsync(driver.Token).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, notification) => OnNotification(notification.Payload);
            var command = new NpgsqlCommand(_sql.Listen, connection);
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(driver.Token).ConfigureAwait(false);

            try
            {
                while (await HearEchoAsync(connection, cancellationToken).ConfigureAwait(false))
                {
                    SetListening(true);
                    await HearAsync(connection, EchoInterval, () => false, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                await UnlistenAsync(connection).ConfigureAwait(false);
            }

            if (_isListening)
                throw new TimeoutException("Notifications no longer arrive.");
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
            using var limit = new CancellationTokenSource(_echoTimeout);
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

    /// <summary>Both statements in one round trip, and so in one session. Whether it was the one that
    /// listened.</summary>
    private async Task<bool> UnlistenHereAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_sql.IsListening));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_sql.Unlisten));
            return await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
    }

    private void SayOnce(string what, Action say)
    {
        if (_said != what)
            say();
        _said = what;
    }

    private async Task<bool> HearEchoAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _echoHeard = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_echoTimeout);
        await _notify(_echo, limit.Token).ConfigureAwait(false);
        await HearAsync(connection, _echoTimeout, () => _echoHeard, cancellationToken).ConfigureAwait(false);
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

    private void OnNotification(string payload)
    {
        if (payload == _echo)
            _echoHeard = true;
        else if (payload.StartsWith(LeasePrefix, StringComparison.Ordinal))
            Hint(payload[LeasePrefix.Length..]);
    }

    // Every change of it is a hint: a hand-over may have been missed meanwhile, or polling has to begin.
    private void SetListening(bool isListening)
    {
        if (_isListening == isListening)
            return;
        _isListening = isListening;
        if (isListening)
            Log.Listening(_logger);
        _said = isListening ? null : _said;
        Hint(electionName: null);
    }

    private void Hint(string? electionName)
    {
        Subscription[] concerned;
        lock (_gate)
        {
            concerned =
            [
                .. _subscriptions.Where(subscription =>
                    electionName is null || subscription.ElectionName == electionName),
            ];
        }

        foreach (var subscription in concerned)
            subscription.OnHint();
    }

    // Spread, because all processes lost the server at the same moment.
    private static async Task PauseAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(duration * (1 + Random.Shared.NextDouble()) / 2);
        try
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Disposed, or told that the server is back.
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed class Subscription(LeaseListener listener, string electionName, Action onHint) : ILeaseSubscription
    {
        public bool IsListening => listener._isListening;

        public string ElectionName => electionName;

        public Action OnHint => onHint;

        public void Dispose()
        {
            lock (listener._gate)
                listener._subscriptions.Remove(this);
        }
    }
}
