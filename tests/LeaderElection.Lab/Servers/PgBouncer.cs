using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace LeaderElection.Lab;

/// <summary>PgBouncer in transaction mode in front of a server; ends with this process, however that ends.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const string ProcessIdFile = "pgbouncer.pid";
    private const string Log = "pgbouncer.log";
    private const string Settings = "pgbouncer.ini";
    private const string Users = "users.txt";
    private const int StartAttempts = 3;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ServerFolder _folder;
    private readonly string _serverConnectionString;
    private int _port;

    private PgBouncer(ServerFolder folder, string serverConnectionString)
    {
        _folder = folder;
        _serverConnectionString = serverConnectionString;
    }

    /// <summary>The one given, through the pooler.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_serverConnectionString)
    {
        Host = IPAddress.Loopback.ToString(),
        Port = _port,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <param name="serverConnectionString">Names one host, a user and a password.</param>
    /// <param name="poolSize">Connections to the server, for every pair of a database and a user.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left.</param>
    /// <exception cref="PostgresNotFoundException">There is no PgBouncer; the message says what to install.</exception>
    public static async Task<PgBouncer> StartAsync(
        string serverConnectionString, int poolSize, CancellationToken cancellationToken = default)
    {
        var program = FindProgram();
        var folder = await ServerFolder.CreateAsync(ProcessIdFile, cancellationToken).ConfigureAwait(false);
        var pooler = new PgBouncer(folder, serverConnectionString);
        try
        {
            await pooler.RunAsync(program, poolSize, cancellationToken).ConfigureAwait(false);
            return pooler;
        }
        catch (Exception)
        {
            await pooler.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    // A port that was free can be taken when PgBouncer gets to it.
    private async Task RunAsync(string program, int poolSize, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(_serverConnectionString);
        await _folder.WriteAsync(Users, $"\"{server.Username}\" \"{server.Password}\"\n", cancellationToken)
            .ConfigureAwait(false);
        for (var attempt = 1; attempt <= StartAttempts; attempt++)
        {
            _port = FreePort.Find();
            await _folder.WriteAsync(Settings, SettingsFor(server, poolSize), cancellationToken).ConfigureAwait(false);
            await _folder.RunAsync(cancellationToken, program, "-d", _folder[Settings]).ConfigureAwait(false);
            if (await ListensAsync(cancellationToken).ConfigureAwait(false))
                return;
        }

        throw new InvalidOperationException(
            $"PgBouncer did not start: {await _folder.ReadAsync(Log).ConfigureAwait(false)}");
    }

    // Round robin gives every transaction another session where it can: what depends on one shows.
    private string SettingsFor(NpgsqlConnectionStringBuilder server, int poolSize) =>
        $"""
        [databases]
        * = host={server.Host} port={server.Port}

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {_port}
        unix_socket_dir =
        pidfile = {_folder[ProcessIdFile]}
        logfile = {_folder[Log]}
        auth_type = scram-sha-256
        auth_file = {_folder[Users]}
        pool_mode = transaction
        default_pool_size = {poolSize}
        max_client_conn = 500
        server_round_robin = 1

        """;

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < LongestStart)
        {
            // It deletes its note when it cannot have the port.
            if (File.Exists(_folder[ProcessIdFile]) && await IsOpenAsync(cancellationToken).ConfigureAwait(false))
                return true;
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string FindProgram()
    {
        // The folders of system programs are in the PATH of administrators only.
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin"]);
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, "pgbouncer"))
            .FirstOrDefault(File.Exists) ?? throw new PostgresNotFoundException(
            "This needs PgBouncer (Debian, Ubuntu: apt-get install pgbouncer; Fedora: dnf install pgbouncer; macOS: "
            + "brew install pgbouncer).");
    }
}
