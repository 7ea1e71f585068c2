using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Leases in a table of a Postgres database, on the database's clock. One store serves all elections of a process: two
/// connections in steady state, one for commands and one for LISTEN, and four at the most. Safe to use from any thread.
/// </summary>
public sealed class PostgresLeaseStore : ILeaseStore, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan PauseBesideLock = TimeSpan.FromMilliseconds(50);

    private readonly LeaseConnections _connections;
    private readonly LeaseCommands _commands;
    private readonly PostgresLeaseOptions _options;
    private readonly LeaseTable _table;
    private readonly LeaseSchema _schema;
    private readonly Timelines _timelines;
    private readonly ILogger _logger;
    private readonly LeaseListener? _listener;

    // A small part of an attempt, so that waiting for a row holds up no other election.
    private readonly TimeSpan _lockTimeout;

    // Elections that a transaction holds up, as far as it was logged; and how far each one's terms were given away.
    private readonly ConcurrentDictionary<string, bool> _heldUp = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _givenAway = new(StringComparer.Ordinal);

    // What the server offers is known once it was asked.
    private volatile LeaseSql _sql;

    /// <summary>Makes a store with a small data source of its own, apart from the app's pool. Opens no
    /// connection.</summary>
    /// <param name="connectionString">Npgsql's keywords; pool sizes, timeouts and the like are the store's own.</param>
    /// <param name="options">Where and how; the defaults when null. Copied.</param>
    /// <param name="loggerFactory">Where to log to; nowhere when null.</param>
    /// <exception cref="ArgumentException">
    /// The connection string or an option cannot be used. The message does not repeat the connection string.
    /// </exception>
    public PostgresLeaseStore(
        string connectionString, PostgresLeaseOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(OwnDataSource.Create(connectionString, Checked(options).DriverTimeout), true, options, loggerFactory)
    {
    }

    /// <summary>
    /// Makes a store on the app's own data source. Its pool and timeouts are the app's: while the pool is exhausted,
    /// renewals wait with everybody else and leadership can be lost. Opens no connection.
    /// </summary>
    /// <param name="dataSource">The database. Not disposed with the store.</param>
    /// <param name="options">Where and how; the defaults when null. Copied.</param>
    /// <param name="loggerFactory">Where to log to; nowhere when null.</param>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public PostgresLeaseStore(
        NpgsqlDataSource dataSource, PostgresLeaseOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(dataSource, false, options, loggerFactory)
    {
    }

    private PostgresLeaseStore(
        NpgsqlDataSource dataSource, bool ownsDataSource, PostgresLeaseOptions? options, ILoggerFactory? loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _options = Checked(options);
        _logger = new CarefulLogger(
            (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<PostgresLeaseStore>());
        _connections = new LeaseConnections(dataSource, ownsDataSource, _logger)
        {
            OnConnectionLost = () => _timelines!.Doubt(),
        };
        _lockTimeout = _options.DriverTimeout / 10;
        _table = new LeaseTable(_options.Schema, _options.TableName);
        _sql = SqlFor(ServerFunctions.All);
        _schema = new LeaseSchema(_table, _options.CreateTable, _logger);
        _commands = new LeaseCommands(_connections, _options.DriverTimeout);
        _timelines = new Timelines(_table, _commands, _options.DriverTimeout, _logger);
        if (_options.UseNotifications && ListenNeeds.AreMet(dataSource, _logger))
        {
            var sql = new NotificationSql(_table);
            _listener = new LeaseListener(
                _connections, (announcement, token) => _commands.ExecuteAsync(() => sql.Notify(announcement), token),
                sql, _options.DriverTimeout, _logger);
            _connections.OnServerIsBack = _listener.Reconnect;
        }

        Fence = new LeaseFence(_table, _options.FenceGrace, IsGivenAway, IdentifyAsync);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Looks at the schema and creates what is missing, one process at a time, when
    /// <see cref="PostgresLeaseOptions.CreateTable"/> is set.
    /// </remarks>
    public Task InitializeAsync(CancellationToken cancellationToken) => _commands.RunAsync(
        async (connection, token) =>
        {
            await _schema.PrepareAsync(connection, token).ConfigureAwait(false);
            Fence.Home = await ServerPlace.AskAsync(connection, token).ConfigureAwait(false);
            var offered = await _schema.AskWhatIsOfferedAsync(connection, token).ConfigureAwait(false);
            _sql = SqlFor(offered);
            _timelines.Offered(offered);
            await _timelines.MeetAsync(connection, token).ConfigureAwait(false);

            // A process gives its lease away once, at its end, and what runs for the first time is compiled first: that
            // would be half of the hand-over. Releasing nobody's term does it now.
            return await connection.QueryAsync(_sql.Release("", 0), IsReleased, token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        try
        {
            if (_timelines.IsInDoubt)
                await _timelines.MeetAsync(cancellationToken).ConfigureAwait(false);

            var row = await _commands.QueryAsync(
                () => _sql.Acquire(claim, _lockTimeout), AcquireRow.Read, cancellationToken).ConfigureAwait(false);
            _heldUp.TryRemove(claim.ElectionName, out _);
            if (row is null)
                return new LeaseAnswer.BeingTaken();
            if (row.SequenceIsBehind)
                await _timelines.RaiseSequenceAsync(cancellationToken).ConfigureAwait(false);
            if (row.Answer.Lease is { } lease)
                return row.IsGranted ? new LeaseAnswer.Granted(lease) : new LeaseAnswer.HeldByAnother(lease);
            if (row.WaitSeconds is { } seconds && seconds <= claim.LeaseDuration.TotalSeconds)
                return new LeaseAnswer.NotYet(TimeSpan.FromSeconds(seconds));

            await _timelines.MeetAsync(cancellationToken).ConfigureAwait(false);
            return new LeaseAnswer.NotYet(claim.LeaseDuration);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            if (_heldUp.TryAdd(claim.ElectionName, true))
                Log.WaitsForTransaction(_logger, claim.ElectionName);
            return new LeaseAnswer.NotYet(PauseBesideLock);
        }
    }

    /// <inheritdoc/>
    public async Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        var row = await _commands.QueryAsync(
            () => _sql.Renew(electionName, fencingToken, leaseDuration), AnswerRow.Read, cancellationToken)
            .ConfigureAwait(false);
        if (_timelines.IsInDoubt)
            _ = _timelines.MeetAsideAsync();
        return row?.Lease is { } lease ? new LeaseAnswer.Granted(lease) : new LeaseAnswer.Lost(row?.StoreClock);
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken)
    {
        _givenAway.AddOrUpdate(electionName, fencingToken, (_, known) => Math.Max(known, fencingToken));
        return _commands.QueryAsync(
            () => _sql.Release(electionName, fencingToken), IsReleased, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken)
    {
        var row = await _commands.QueryAsync(() => _sql.Read(electionName), AnswerRow.Read, cancellationToken)
            .ConfigureAwait(false);
        return row?.Lease;
    }

    /// <inheritdoc/>
    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) =>
        _commands.ExecuteAsync(() => _sql.DeleteExpired(expiredFor), cancellationToken);

    /// <inheritdoc/>
    public ILeaseSubscription Subscribe(string electionName, Action onHint)
    {
        ArgumentException.ThrowIfNullOrEmpty(electionName);
        ArgumentNullException.ThrowIfNull(onHint);
        return _listener is null ? DeafSubscription.Instance : _listener.Subscribe(electionName, onHint);
    }

    /// <summary>Ends the LISTEN and the data source if the store made it. Leases stay as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync().ConfigureAwait(false);
        await _connections.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>, blocking; for containers that are disposed synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>What stands before the writes of a term in a transaction of the user.</summary>
    internal LeaseFence Fence { get; }

    private static PostgresLeaseOptions Checked(PostgresLeaseOptions? options)
    {
        options ??= new PostgresLeaseOptions();
        if (options.DriverTimeout < PostgresLeaseOptions.ShortestDriverTimeout
            || options.DriverTimeout > PostgresLeaseOptions.LongestDriverTimeout)
        {
            throw new ArgumentException(
                $"DriverTimeout is {options.DriverTimeout}; it must be from 10 ms to 10 min.", nameof(options));
        }

        if (options.FenceGrace < TimeSpan.FromMilliseconds(1) || options.FenceGrace > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException(
                $"FenceGrace is {options.FenceGrace}; it must be from 1 ms to 10 min.", nameof(options));
        }

        return options.Copy();
    }

    private LeaseSql SqlFor(ServerFunctions offered) => new(_table, _options.UseNotifications, offered);

    private static bool IsReleased(NpgsqlDataReader row) => true;

    private bool IsGivenAway(string electionName, long fencingToken) =>
        _givenAway.TryGetValue(electionName, out var token) && fencingToken <= token;

    private async Task<ServerPlace> IdentifyAsync(CancellationToken cancellationToken)
    {
        // Shorter than a wait for an exhausted pool, which the askers themselves may exhaust.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.DriverTimeout);
        return await _commands.RunAsync(ServerPlace.AskAsync, limit.Token).ConfigureAwait(false);
    }

    private sealed class DeafSubscription : ILeaseSubscription
    {
        public static readonly DeafSubscription Instance = new();

        public bool IsListening => false;

        public void Dispose()
        {
        }
    }
}
