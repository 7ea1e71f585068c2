using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
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
    private const int MostRepeats = 10;
    private static readonly TimeSpan PauseBesideLock = TimeSpan.FromMilliseconds(50);

    private readonly LeaseConnections _connections;
    private readonly PostgresLeaseOptions _options;
    private readonly LeaseTable _table;
    private readonly LeaseSchema _schema;
    private readonly ILogger _logger;
    private readonly LeaseListener? _listener;

    // In milliseconds. A small part of an attempt, so that waiting for a row holds up no other election.
    private readonly string _lockTimeout;

    // Elections that a transaction holds up, as far as it was logged; and how far each one's terms were given away.
    private readonly ConcurrentDictionary<string, bool> _heldUp = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _givenAway = new(StringComparer.Ordinal);

    // What the server offers is known once it was asked.
    private volatile LeaseSql _sql;

    // Another server may answer after a connection broke.
    private volatile bool _timelineIsInDoubt;

    // Elections of one process take turns on one connection.
    private readonly SemaphoreSlim _turn = new(1);

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
            OnConnectionLost = () => _timelineIsInDoubt = true,
        };
        _lockTimeout = Math.Ceiling(_options.DriverTimeout.TotalMilliseconds / 10)
            .ToString("0", CultureInfo.InvariantCulture);
        _table = new LeaseTable(_options.Schema, _options.TableName);
        _sql = SqlFor(ServerFunctions.All);
        _schema = new LeaseSchema(_table, _options.CreateTable, _logger);
        if (_options.UseNotifications && ListenNeeds.AreMet(dataSource, _logger))
        {
            _listener = new LeaseListener(
                _connections, NotifyAsync, _sql, _table.Channel, _options.DriverTimeout, _logger);
            _connections.OnServerIsBack = _listener.Reconnect;
        }

        Fence = new LeaseFence(_table, _sql, _options.FenceGrace, IsGivenAway, IdentifyAsync);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Looks at the schema and creates what is missing, one process at a time, when
    /// <see cref="PostgresLeaseOptions.CreateTable"/> is set.
    /// </remarks>
    public Task InitializeAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await _schema.PrepareAsync(connection, token).ConfigureAwait(false);
            Fence.Home = await ServerPlace.AskAsync(connection, transaction: null, token).ConfigureAwait(false);
            _sql = SqlFor(await _schema.AskWhatIsOfferedAsync(connection, token).ConfigureAwait(false));
            await MeetTimelineAsync(connection, token).ConfigureAwait(false);

            // A process gives its lease away once, at its end, and what runs for the first time is compiled first: that
            // would be half of the hand-over. Releasing nobody's term does it now.
            await connection.QueryFirstOrDefaultAsync<bool>(ReleaseCommand("", 0, token))
                .ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        try
        {
            if (_timelineIsInDoubt)
                await RunAsync(MeetTimelineAsync, cancellationToken).ConfigureAwait(false);

            var row = await QueryAsync(_sql.Acquire, AcquireParameters(claim), cancellationToken).ConfigureAwait(false);
            _heldUp.TryRemove(claim.ElectionName, out _);
            if (row is { SequenceIsBehind: true })
                await RunAsync(RaiseSequenceAsync, cancellationToken).ConfigureAwait(false);
            if (row?.ToLease() is { } lease)
                return row.Granted ? LeaseAnswer.Granted(lease) : LeaseAnswer.HeldByAnother(lease);
            if (row is null)
                return LeaseAnswer.HeldByAnother(null);
            if (row.WaitSeconds is { } seconds && seconds <= claim.LeaseDuration.TotalSeconds)
                return LeaseAnswer.NotYet(TimeSpan.FromSeconds(seconds));

            await RunAsync(MeetTimelineAsync, cancellationToken).ConfigureAwait(false);
            return LeaseAnswer.NotYet(claim.LeaseDuration);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            if (_heldUp.TryAdd(claim.ElectionName, true))
                Log.WaitsForTransaction(_logger, claim.ElectionName);
            return LeaseAnswer.NotYet(PauseBesideLock);
        }
    }

    /// <inheritdoc/>
    public async Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        var row = await QueryAsync(
            _sql.Renew,
            new { id = electionName, fencingToken, seconds = leaseDuration.TotalSeconds },
            cancellationToken).ConfigureAwait(false);
        if (_timelineIsInDoubt)
            _ = MeetTimelineAsideAsync();
        return row?.ToLease() is { } lease ? LeaseAnswer.Granted(lease) : LeaseAnswer.Lost(row?.StoreClock);
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken)
    {
        _givenAway.AddOrUpdate(electionName, fencingToken, (_, known) => Math.Max(known, fencingToken));
        return RunAsync(
            (connection, token) => connection.QueryFirstOrDefaultAsync<bool>(
                ReleaseCommand(electionName, fencingToken, token)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken)
    {
        var row = await QueryAsync(_sql.Read, new { id = electionName }, cancellationToken)
            .ConfigureAwait(false);
        return row?.ToLease();
    }

    /// <inheritdoc/>
    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) => RunAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(
            _sql.DeleteExpired, new { seconds = expiredFor.TotalSeconds }, cancellationToken: token)),
        cancellationToken);

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

    private async Task<bool> MeetTimelineAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var met = await connection.QueryFirstOrDefaultAsync<MetTimeline>(
            new CommandDefinition(_sql.MeetTimeline, cancellationToken: cancellationToken)).ConfigureAwait(false);
        _timelineIsInDoubt = false;
        if (met is { IsFirst: false })
            Log.TimelineMet(_logger, _table.Quoted, met.SystemId, met.Timeline);
        return met is not null;
    }

    // A leader that goes on over a failover meets the timeline early, or the next hand-over would have to wait for it. A
    // renewal is in no position to wait for that, let alone to fail by it.
    private async Task MeetTimelineAsideAsync()
    {
        using var limit = new CancellationTokenSource(_options.DriverTimeout);
        try
        {
            await RunAsync(MeetTimelineAsync, limit.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Still in doubt: the next renewal or acquisition tries again, and says what is wrong.
        }
    }

    private async Task<bool> RaiseSequenceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                _sql.StopDraws, null, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
            await connection.ExecuteAsync(new CommandDefinition(
                _sql.RaiseSequence, null, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    private bool IsGivenAway(string electionName, long fencingToken) =>
        _givenAway.TryGetValue(electionName, out var token) && fencingToken <= token;

    private object AcquireParameters(LeaseClaim claim) => new
    {
        id = claim.ElectionName,
        leaderId = claim.InstanceId,
        seconds = claim.LeaseDuration.TotalSeconds,
        endpoint = claim.Endpoint?.ToString(),
        lockClass = _table.LockClass,
        lockId = claim.LockId,
        lockTimeout = _lockTimeout,
        tolerance = claim.ClockJumpTolerance.TotalSeconds,
        outlivedToken = claim.Outlived?.FencingToken,
        outlivedUntil = claim.Outlived?.ExpiresAt.UtcDateTime,
        channel = _table.Channel,
        announcement = LeaseListener.Announce(claim.ElectionName),
    };

    private async Task<ServerPlace> IdentifyAsync(CancellationToken cancellationToken)
    {
        // Shorter than a wait for an exhausted pool, which the askers themselves may exhaust.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.DriverTimeout);
        return await RunAsync(
            (connection, token) => ServerPlace.AskAsync(connection, transaction: null, token), limit.Token)
            .ConfigureAwait(false);
    }

    private CommandDefinition ReleaseCommand(
        string electionName, long fencingToken, CancellationToken cancellationToken) => new(
        _sql.Release,
        new
        {
            id = electionName,
            fencingToken,
            channel = _table.Channel,
            announcement = LeaseListener.Announce(electionName),
        },
        cancellationToken: cancellationToken);

    private Task<AnswerRow?> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) => RunAsync(
        (connection, token) => connection.QueryFirstOrDefaultAsync<AnswerRow>(
            new CommandDefinition(sql, parameters, cancellationToken: token)),
        cancellationToken);

    private Task<bool> NotifyAsync(string announcement, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(
                _sql.Notify, new { channel = _table.Channel, announcement }, cancellationToken: token))
                .ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        using var driver = _connections.PassOn(cancellationToken);

        // A command that hangs must not hold up the other elections: after a tenth of an attempt they go past it.
#pragma warning disable RS0030 // the store's own waiting; simulated time ends at ILeaseStore
        var hasTurn = await _turn.WaitAsync(_options.DriverTimeout / 10, cancellationToken).ConfigureAwait(false);
#pragma warning restore RS0030
        try
        {
            return await _connections.UseAsync(
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

    // Where the default isolation is higher than READ COMMITTED, contenders that met are told to come again. What failed
    // so was rolled back, so it can be.
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

    private sealed class DeafSubscription : ILeaseSubscription
    {
        public static readonly DeafSubscription Instance = new();

        public bool IsListening => false;

        public void Dispose()
        {
        }
    }
}
