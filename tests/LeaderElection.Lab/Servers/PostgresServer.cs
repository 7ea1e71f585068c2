using Npgsql;

namespace LeaderElection.Lab;

/// <summary>
/// A Postgres to test against. Sources, the first that there is: the connection string in
/// <c>LEADER_ELECTION_POSTGRES</c>; server programs of this machine, run on a throw-away cluster; a container, where
/// Docker answers.
/// </summary>
/// <remarks>
/// Nothing of a throw-away cluster outlives the process that started it, however that process ends. Only a throw-away
/// cluster can be stopped and killed.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly LocalCluster? _cluster;
    private readonly IAsyncDisposable? _container;

    private PostgresServer(
        string connectionString, string description, LocalCluster? cluster = null, IAsyncDisposable? container = null)
    {
        ConnectionString = connectionString;
        Description = description;
        _cluster = cluster;
        _container = container;
    }

    /// <summary>Of a role that may create databases; over TCP.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the server comes from, for people; holds no password.</summary>
    public string Description { get; }

    /// <summary>The one that the variables of this process ask for.</summary>
    /// <exception cref="PostgresNotFoundException">There is none; the message says what to install.</exception>
    public static Task<PostgresServer> StartAsync(CancellationToken cancellationToken = default) =>
        StartAsync(PostgresRequest.FromEnvironment(), cancellationToken);

    /// <exception cref="PostgresNotFoundException">There is none; the message says what to install.</exception>
    public static async Task<PostgresServer> StartAsync(
        PostgresRequest request, CancellationToken cancellationToken = default)
    {
        if (request.ConnectionString is { } given)
            return await GivenAsync(given, request, cancellationToken).ConfigureAwait(false);

        if (ServerBinaries.Find(request) is { } binaries)
            return Of(await LocalCluster.StartAsync(binaries, cancellationToken).ConfigureAwait(false));

        var container = await ContainerServer.StartAsync(request, cancellationToken).ConfigureAwait(false);
        return new PostgresServer(
            container.GetConnectionString(), $"a container ({request.Image})", container: container);
    }

    /// <summary>One that is ours to stop, whatever is given.</summary>
    /// <exception cref="PostgresNotFoundException">There are no server programs on this machine.</exception>
    public static async Task<PostgresServer> StartThrowAwayAsync(CancellationToken cancellationToken = default) =>
        Of(await LocalCluster.StartAsync(ServerBinaries.Require(), cancellationToken).ConfigureAwait(false));

    /// <summary>One that is ours to stop, set up as the caller needs it.</summary>
    /// <exception cref="PostgresNotFoundException">The server programs are not there.</exception>
    public static async Task<PostgresServer> StartThrowAwayAsync(
        ThrowAwaySettings settings, CancellationToken cancellationToken = default)
    {
        var binaries = settings.Programs is { } folder
            ? ServerBinaries.Require(new PostgresRequest { Programs = folder })
            : ServerBinaries.Require();
        return Of(await LocalCluster.StartAsync(binaries, settings, cancellationToken).ConfigureAwait(false));
    }

    internal static PostgresServer Of(LocalCluster cluster) =>
        new(cluster.ConnectionString, cluster.Description, cluster);

    /// <summary>An empty place for one user of this server; gone when disposed.</summary>
    public Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken = default) =>
        TestDatabase.CreateAsync(ConnectionString, cancellationToken);

    /// <summary>Opens a connection that is in no pool.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken = default)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return connection;
    }

    /// <summary>Ends all sessions and shuts down.</summary>
    public Task StopAsync(ShutdownMode mode = ShutdownMode.Fast) => Cluster.StopAsync(mode);

    /// <summary>After <see cref="StopAsync"/> or <see cref="KillAsync"/>; on the same port.</summary>
    public Task StartAgainAsync() => Cluster.StartServerAsync();

    public async Task RestartAsync(ShutdownMode mode = ShutdownMode.Fast)
    {
        await StopAsync(mode).ConfigureAwait(false);
        await StartAgainAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the server process with SIGKILL; its sessions die with it.</summary>
    public Task KillAsync() => Cluster.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync().ConfigureAwait(false);
        if (_container is not null)
            await _container.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<PostgresServer> GivenAsync(
        string connectionString, PostgresRequest request, CancellationToken cancellationToken)
    {
        var server = new PostgresServer(
            connectionString, $"the Postgres of {PostgresRequest.ConnectionStringVariable}");
        var connection = await server.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return request.IsMetBy(connection.PostgreSqlVersion.Major) ? server : throw new PostgresNotFoundException(
                $"{request.Wanted} is asked for, and {server.Description} is {connection.PostgreSqlVersion}.");
        }
    }

    private LocalCluster Cluster => _cluster ?? throw new NotSupportedException(
        $"{Description} is not ours to stop: this needs a throw-away cluster.");
}

public enum ShutdownMode
{
    /// <summary>Rolls open transactions back and ends the sessions.</summary>
    Fast,

    /// <summary>Like a crash: recovery at the next start.</summary>
    Immediate,
}
