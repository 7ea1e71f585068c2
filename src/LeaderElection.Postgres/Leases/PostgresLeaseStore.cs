using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Leases in a table of a Postgres database, on the database's clock. One store serves all elections of a process: two
/// connections in steady state, one for commands and one for LISTEN, and four at the most. Safe to use from any thread.
/// </summary>
public sealed class PostgresLeaseStore : IBatchLeaseStore, IFencingStore, IAsyncDisposable, IDisposable
{
    private readonly TimeSpan _limit;
    private readonly LeaseTable _table;
    private readonly LeaseSchema _schema;
    private readonly LeaseConnections _connections;
    private readonly LeaseCommands _commands;
    private readonly Timelines _timelines;
    private readonly Acquisition _acquisition;
    private readonly Renewing _renewing;
    private readonly Giving _giving;
    private readonly GivenAwayTerms _givenAway = new(TimeProvider.System);
    private readonly HomeDatabase _home;
    private readonly LeaseFence _fence;
    private readonly NotificationSql? _notifications;
    private readonly LeaseListener? _listener;

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
        : this(PostgresLeaseOptions.Checked(options), connectionString, loggerFactory)
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
        : this(PostgresLeaseOptions.Checked(options), dataSource, isOwn: false, loggerFactory)
    {
    }

    private PostgresLeaseStore(PostgresLeaseOptions options, string connectionString, ILoggerFactory? loggerFactory)
        : this(options, OwnDataSource.Create(connectionString, options.DriverTimeout), isOwn: true, loggerFactory)
    {
    }

    private PostgresLeaseStore(
        PostgresLeaseOptions options, NpgsqlDataSource dataSource, bool isOwn, ILoggerFactory? loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var logger = new CarefulLogger(
            (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<PostgresLeaseStore>());
        var limit = _limit = options.DriverTimeout;
        _table = new LeaseTable(options.Schema, options.TableName);
        _schema = new LeaseSchema(_table, options.CreateTable, logger);
        _notifications = options.UseNotifications ? new NotificationSql(_table) : null;
        _sql = new LeaseSql(_table, ServerFunctions.All, _notifications);

        _connections = new LeaseConnections(dataSource, isOwn, logger);
        _commands = new LeaseCommands(_connections, limit);
        _timelines = new Timelines(_table, _commands, limit, logger);
        _connections.OnConnectionLost = _timelines.Doubt;
        _acquisition = new Acquisition(_commands, _timelines, lockTimeout: limit / 10, logger);
        _renewing = new Renewing(_commands);
        _giving = new Giving(_commands, lockTimeout: limit / 10);
        _home = new HomeDatabase(_commands, limit);
        _fence = new LeaseFence(_table, options.FenceGrace, _givenAway, _home);
        if (_notifications is not null && ListenNeeds.AreMet(dataSource, logger))
        {
            _listener = new LeaseListener(_connections, _commands, _notifications, limit, logger);
            _connections.OnServerIsBack = _listener.Reconnect;
        }
    }

    /// <inheritdoc/>
    public int BatchLimit => Requests.Limit;

    /// <inheritdoc/>
    /// <remarks>
    /// Looks at the schema and creates what is missing, one process at a time, when
    /// <see cref="PostgresLeaseOptions.CreateTable"/> is set.
    /// </remarks>
    public Task InitializeAsync(CancellationToken cancellationToken) =>
        _commands.RunAsync(InitializeAsync, cancellationToken);

    /// <inheritdoc/>
    public async Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return (await AcquireAsync([claim], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    /// <remarks>Takes fifty at the most in one call, or fewer whose names are very long.</remarks>
    public async Task<IReadOnlyList<LeaseAnswer>> AcquireAsync(
        IReadOnlyList<LeaseClaim> claims, CancellationToken cancellationToken)
    {
        Requests.Check(claims, claim => claim.ElectionName, nameof(claims));
        cancellationToken.ThrowIfCancellationRequested();
        if (claims.Count == 0)
            return [];
        _givenAway.NoteLease(claims.Max(claim => claim.LeaseDuration));
        return await _acquisition.TryAsync(() => _sql, claims, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<LeaseAnswer> RenewAsync(
        string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(electionName);
        var renewal = new LeaseRenewal(new LeaseTerm(electionName, fencingToken), leaseDuration);
        return (await RenewAsync([renewal], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    /// <remarks>A lease whose row another transaction has locked is not waited for: that is unknown.</remarks>
    public async Task<IReadOnlyList<LeaseAnswer>> RenewAsync(
        IReadOnlyList<LeaseRenewal> renewals, CancellationToken cancellationToken)
    {
        Requests.Check(renewals, renewal => renewal.Term.ElectionName, nameof(renewals));
        cancellationToken.ThrowIfCancellationRequested();
        if (renewals.Count == 0)
            return [];
        _givenAway.NoteLease(renewals.Max(renewal => renewal.LeaseDuration));
        var answers = await _renewing.RunAsync(() => _sql, renewals, cancellationToken).ConfigureAwait(false);
        _timelines.MeetAsideIfInDoubt();
        return answers;
    }

    /// <inheritdoc/>
    /// <remarks>Waits for a fenced transaction that holds on to the lease; for as long as an attempt lasts, if nothing
    /// ends it sooner.</remarks>
    /// <exception cref="TimeoutException">It was held on to all that time.</exception>
    public async Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(electionName);
        LeaseTerm[] term = [new(electionName, fencingToken)];
        var began = TimeProvider.System.GetTimestamp();
        do
        {
            var answers = await ReleaseAsync(term, cancellationToken).ConfigureAwait(false);
            if (answers[0] is { } wasHeld)
                return wasHeld;
        }
        while (TimeProvider.System.GetElapsedTime(began) < _limit);
        throw new TimeoutException(
            $"A transaction has held on to the lease of election '{electionName}' for {_limit}.");
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Leases that a transaction holds on to, a fenced one for the most part, hold up no other: those are given away,
    /// and their successors told, before these are waited for, and that takes a tenth of an attempt for each of them at
    /// the most. What is held even then is the term's still, and the answer is null.
    /// </remarks>
    public async Task<IReadOnlyList<bool?>> ReleaseAsync(
        IReadOnlyList<LeaseTerm> terms, CancellationToken cancellationToken)
    {
        Requests.Check(terms, term => term.ElectionName, nameof(terms));
        cancellationToken.ThrowIfCancellationRequested();
        if (terms.Count == 0)
            return [];
        foreach (var term in terms)
            _givenAway.Add(term.ElectionName, term.FencingToken);
        return await _giving.RunAsync(() => _sql, terms, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(electionName);
        return (await ReadAsync([electionName], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Lease?>> ReadAsync(
        IReadOnlyList<string> electionNames, CancellationToken cancellationToken)
    {
        Requests.Check(electionNames, name => name, nameof(electionNames));
        cancellationToken.ThrowIfCancellationRequested();
        if (electionNames.Count == 0)
            return [];
        var rows = await _commands.QueryAllAsync(() => _sql.Read(electionNames), AnswerRow.Read, cancellationToken)
            .ConfigureAwait(false);
        var leases = new Lease?[electionNames.Count];
        foreach (var row in rows)
            leases[row.Index] = row.Lease;
        return leases;
    }

    /// <inheritdoc/>
    public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken)
    {
        _givenAway.Tidy();
        return _commands.ExecuteAsync(() => _sql.DeleteExpired(expiredFor), cancellationToken);
    }

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

    LeaseFence IFencingStore.Fence => _fence;

    private async Task<bool> InitializeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await _schema.PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        await _home.AskAsync(connection, cancellationToken).ConfigureAwait(false);
        var offered = await _timelines.AskWhatIsOfferedAsync(connection, cancellationToken).ConfigureAwait(false);
        _sql = new LeaseSql(_table, offered, _notifications);
        await _timelines.MeetAsync(connection, cancellationToken).ConfigureAwait(false);

        // A process gives its lease away once, at its end, and what runs for the first time is compiled first: that
        // would be half of the hand-over. Releasing nobody's term does it now.
        await connection.QueryAllAsync(_sql.Release([new LeaseTerm("", 0)]), ReleaseRow.Read, cancellationToken)
            .ConfigureAwait(false);
        return true;
    }
}
