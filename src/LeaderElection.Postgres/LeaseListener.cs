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
    private static readonly TimeSpan EchoInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryBehindPooler = TimeSpan.FromMinutes(10);

    private readonly Func<CancellationToken, Task<NpgsqlConnection>> _open;
    private readonly Func<string, CancellationToken, Task> _notify;
    private readonly string _listenSql;
    private readonly string _unlistenSql;
    private readonly TimeSpan _echoTimeout;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private readonly string _echo = $"{EchoPrefix}{Guid.NewGuid():N}";

    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private Task? _loop;

    // Written by the loop alone.
    private volatile bool _isListening;
    private bool _echoHeard;
    private string? _said;

    public LeaseListener(
        Func<CancellationToken, Task<NpgsqlConnection>> open, Func<string, CancellationToken, Task> notify,
        LeaseSql sql, TimeSpan echoTimeout, ILogger logger)
    {
        _open = open;
        _notify = notify;
        _listenSql = sql.Listen;
        _unlistenSql = sql.Unlisten;
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

    private async Task RunAsync()
    {
        var retry = FirstRetry;
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                await ListenAsync().ConfigureAwait(false);
                retry = RetryBehindPooler;
                SayOnce(nameof(Log.NothingArrives), () => Log.NothingArrives(_logger, _echoTimeout, retry));
            }
            catch (Exception exception) when (!_disposed.IsCancellationRequested)
            {
                // After a connection that worked, the first attempt comes at once and the wait grows from the start.
                retry = _isListening ? FirstRetry : Min(2 * retry, LongestRetry);
                SayOnce(nameof(Log.ListenFailed), () => Log.ListenFailed(_logger, exception));
            }
            catch (Exception)
            {
                return;
            }

            SetListening(false);
            await PauseAsync(retry).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when notifications do not arrive; throws when the connection fails.</summary>
    private async Task ListenAsync()
    {
        using var openLimit = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        openLimit.CancelAfter(2 * _echoTimeout);
        using var driver = new DriverCancellation(openLimit.Token);
        var connection = await _open(driver.Token).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, notification) => OnNotification(notification.Payload);
            var command = new NpgsqlCommand(_listenSql, connection);
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(driver.Token).ConfigureAwait(false);

            try
            {
                while (await HearEchoAsync(connection).ConfigureAwait(false))
                {
                    SetListening(true);
                    await HearAsync(connection, EchoInterval, () => false).ConfigureAwait(false);
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

    // The connection goes back to a pool, the app's own or a pooler's, and must not go on listening there.
    private async Task UnlistenAsync(NpgsqlConnection connection)
    {
        if (connection.FullState != ConnectionState.Open)
            return;

        try
        {
            using var limit = new CancellationTokenSource(_echoTimeout);
            using var driver = new DriverCancellation(limit.Token);
            var command = new NpgsqlCommand(_unlistenSql, connection);
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(driver.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A connection that cannot even do that is not used again.
        }
    }

    private void SayOnce(string what, Action say)
    {
        if (_said != what)
            say();
        _said = what;
    }

    private async Task<bool> HearEchoAsync(NpgsqlConnection connection)
    {
        _echoHeard = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        limit.CancelAfter(_echoTimeout);
        await _notify(_echo, limit.Token).ConfigureAwait(false);
        await HearAsync(connection, _echoTimeout, () => _echoHeard).ConfigureAwait(false);
        return _echoHeard;
    }

    private async Task HearAsync(NpgsqlConnection connection, TimeSpan duration, Func<bool> done)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!done())
        {
            var left = duration - TimeProvider.System.GetElapsedTime(began);
            if (left < TimeSpan.FromMilliseconds(1))
                return;
            await connection.WaitAsync(left, _disposed.Token).ConfigureAwait(false);
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

    private async Task PauseAsync(TimeSpan duration)
    {
        using var timer = new PeriodicTimer(duration);
        try
        {
            await timer.WaitForNextTickAsync(_disposed.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Disposed: the loop sees it.
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
