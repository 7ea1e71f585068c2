using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// The small data source of a store that was given a connection string: apart from the app's pool, so that an exhausted
/// pool costs no leadership, with short timeouts, so that a dead connection costs one attempt.
/// </summary>
internal static class OwnDataSource
{
    private const string DefaultApplicationName = "LeaderElection";

    // One for commands and one for LISTEN. Two to spare, because a command given up on a network that swallows packets
    // comes back only after the driver's own timeouts.
    private const int SteadyConnections = 2;
    private const int MostConnections = 4;

    /// <exception cref="ArgumentException">
    /// The connection string cannot be used. The message does not repeat it: it may hold a password.
    /// </exception>
    public static NpgsqlDataSource Create(string connectionString, TimeSpan driverTimeout)
    {
        var settings = Parse(connectionString);
        var seconds = (int)Math.Ceiling(driverTimeout.TotalSeconds);

        settings.ApplicationName = string.IsNullOrEmpty(settings.ApplicationName)
            ? DefaultApplicationName
            : settings.ApplicationName;
        settings.Pooling = true;
        settings.MinPoolSize = SteadyConnections;
        settings.MaxPoolSize = MostConnections;
        settings.ConnectionIdleLifetime = 10;
        settings.ConnectionPruningInterval = 5;
        settings.Timeout = seconds;
        settings.CommandTimeout = seconds;
        settings.CancellationTimeout = (int)Math.Ceiling(driverTimeout.TotalMilliseconds);
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = Math.Max(1, seconds);
        settings.TcpKeepAliveInterval = 1;
        if (settings.Host!.Split(',').Length is > 1 and var hosts)
            ChooseAmong(hosts, settings, driverTimeout);

        // No statement leaves session state, so there is nothing to reset, and poolers in transaction mode are fine.
        settings.NoResetOnClose = true;
        settings.Enlist = false;
        settings.Multiplexing = false;
        settings.MaxAutoPrepare = 0;

        // Built-in types are all that is used; loading the others costs every new connection a round trip.
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        return builder.Build();
    }

    private static void ChooseAmong(int hosts, NpgsqlConnectionStringBuilder settings, TimeSpan driverTimeout)
    {
        // Without it the first host that answers is taken, a standby like any other.
        settings.TargetSessionAttributes ??= "read-write";

        // For each host: one that does not answer must leave time for the others in the same attempt.
        settings.Timeout = Math.Max(1, (int)(driverTimeout.TotalSeconds / hosts));

        // What is remembered of the hosts is forgotten when it proves wrong (LeaseConnections). Forgetting it now and
        // then would only send an attempt to the host that does not answer, or cost every command a round trip.
        settings.HostRecheckSeconds = 3600;
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        const string Expected = "Expected: Host=…;Username=…;Password=…;Database=….";
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        if (connectionString.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            || connectionString.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"The connection string is a URI; Npgsql takes keywords. {Expected}", nameof(connectionString));
        }

        var settings = TryParse(connectionString) ?? throw new ArgumentException(
            $"The connection string cannot be read (it is not shown, as it may hold a password). {Expected} "
            + "A value with a semicolon needs quotes.",
            nameof(connectionString));
        return string.IsNullOrEmpty(settings.Host)
            ? throw new ArgumentException($"The connection string names no Host. {Expected}", nameof(connectionString))
            : settings;
    }

    // The driver's own error quotes what it could not read, which can be a piece of the password: it goes no further.
    private static NpgsqlConnectionStringBuilder? TryParse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
