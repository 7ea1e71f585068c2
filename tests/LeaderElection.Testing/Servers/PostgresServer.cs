using Npgsql;

namespace LeaderElection.Testing;

/// <summary>
/// A Postgres to test against. Sources, the first that there is: the connection string in
/// <c>LEADER_ELECTION_POSTGRES</c>; server binaries of this machine, run on a throw-away cluster; a container, when
/// compiled with <c>-p:UseTestcontainers=true</c>.
/// </summary>
/// <remarks>
/// Nothing of a throw-away cluster outlives the process that started it, however that process ends. Only a throw-away
/// cluster can be stopped and killed.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Variable = "LEADER_ELECTION_POSTGRES";

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

    /// <exception cref="PostgresNotFoundException">There is none; the message says what to install.</exception>
    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return new PostgresServer(given, $"the Postgres of {Variable}");

        if (ServerBinaries.Find() is { } binaries)
            return Of(await LocalCluster.StartAsync(binaries, cancellationToken).ConfigureAwait(false));

#if TESTCONTAINERS
        var (connectionString, container) = await ContainerServer.StartAsync(cancellationToken).ConfigureAwait(false);
        return new PostgresServer(connectionString, "a container", container: container);
#else
        throw new PostgresNotFoundException(
            $"No Postgres found. Set {Variable} to the connection string of one, or install the server "
            + "(Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install "
            + "postgresql), or build with -p:UseTestcontainers=true where containers run.");
#endif
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
        var binaries = settings.Programs is { } folder ? ServerBinaries.In(folder) : ServerBinaries.Require();
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
