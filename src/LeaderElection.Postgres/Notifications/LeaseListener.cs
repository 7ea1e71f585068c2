using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

/// <summary>
/// One connection in LISTEN for all elections of a store; reconnects for ever. Safe to use from any thread.
/// </summary>
internal sealed class LeaseListener : IAsyncDisposable
{
    // A store for long leases is patient with its commands; no notification takes that long.
    private static readonly TimeSpan LongestEcho = TimeSpan.FromSeconds(10);

    // Timers count whole milliseconds.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    private readonly LeaseConnections _connections;
    private readonly ListenSession _session;
    private readonly ListenOutage _outage;
    private readonly TimeSpan _echoTimeout;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();

    private readonly Subscribers<Subscription> _subscriptions = new();

    // Guards the two below.
    private readonly Lock _gate = new();
    private Task? _loop;
    private CancellationTokenSource? _attempt;

    // Written by the loop alone.
    private volatile bool _isListening;

    public LeaseListener(
        LeaseConnections connections, LeaseCommands commands, NotificationSql sql, TimeSpan driverTimeout,
        ILogger logger)
    {
        _connections = connections;
        _echoTimeout = driverTimeout < LongestEcho ? driverTimeout : LongestEcho;
        _session = new ListenSession(connections, commands, sql, _echoTimeout);
        _outage = new ListenOutage(logger);
        _logger = logger;
    }

    /// <summary>The payload that tells of a change in an election.</summary>
    public static string PayloadFor(string electionName) => NotificationSql.LeasePrefix + electionName;

    /// <summary>The first subscription starts the listening.</summary>
    public ILeaseSubscription Subscribe(string electionName, Action onHint)
    {
        var subscription = new Subscription(this, electionName, onHint);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, typeof(ILeaseStore));
            _subscriptions.Add(electionName, subscription);
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
    /// Leaves the connection, or the pause before the next one, and connects at once: the server has changed. Never
    /// throws.
    /// </summary>
    public void Reconnect()
    {
        CancellationTokenSource? attempt;
        lock (_gate)
            attempt = _attempt;
        try
        {
            attempt?.Cancel();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            // It ended by itself, and the next one begins now; or the driver failed to let go, and it ends with that.
        }
    }

    private async Task RunAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
            lock (_gate)
                _attempt = attempt;
            var pause = await ListenAsync(attempt.Token).ConfigureAwait(false);
            SetListening(false);
            await PauseAsync(pause, attempt.Token).ConfigureAwait(false);
        }
    }

    /// <summary>As long as it works. Returns how long to wait with the next connection.</summary>
    private async Task<TimeSpan> ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _session.RunAsync(() => SetListening(true), OnPayload, cancellationToken).ConfigureAwait(false);
            return _outage.NothingArrives(_echoTimeout);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return _outage.ToldToReconnect();
        }
        catch (Exception exception)
        {
            _connections.Forget(exception);
            return _outage.Failed(exception);
        }
    }

    private void OnPayload(string payload)
    {
        foreach (var said in payload.Split(NotificationSql.Separator))
        {
            if (said.StartsWith(NotificationSql.LeasePrefix, StringComparison.Ordinal))
                Hint(_subscriptions.Of(said[NotificationSql.LeasePrefix.Length..]));
        }
    }

    // Every change of it is a hint: a hand-over may have been missed meanwhile, or polling has to begin.
    private void SetListening(bool isListening)
    {
        if (_isListening == isListening)
            return;
        _isListening = isListening;
        if (isListening)
        {
            _outage.Ended();
            Log.Listening(_logger);
        }

        Hint(_subscriptions.All());
    }

    private static void Hint(IReadOnlyList<Subscription> concerned)
    {
        foreach (var subscription in concerned)
            subscription.OnHint();
    }

    private static async Task PauseAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(duration > ShortestPause ? duration : ShortestPause);
        try
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Disposed, or told that the server is back.
        }
    }

    private sealed class Subscription(LeaseListener listener, string electionName, Action onHint) : ILeaseSubscription
    {
        public bool IsListening => listener._isListening;

        public Action OnHint => onHint;

        public void Dispose() => listener._subscriptions.Remove(electionName, this);
    }
}
