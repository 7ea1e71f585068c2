using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace LeaderElection.Testing;

/// <summary>A Postgres of our own on a folder that is deleted with it.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private const int StartAttempts = 20;
    private static readonly TimeSpan PauseBetweenAttempts = TimeSpan.FromMilliseconds(250);

    private readonly ServerBinaries _binaries;
    private readonly ServerUser _user;
    private readonly string _folder;
    private readonly Undertaker _undertaker;
    private readonly string _password = RandomHex();

    private LocalCluster(ServerBinaries binaries)
    {
        _binaries = binaries;
        _user = ServerUser.Choose();

        // The temporary folder of root may be closed to the user that the server runs as.
        _folder = _user.IsOther
            ? Directory.CreateDirectory($"/tmp/leader-election-{RandomHex()}").FullName
            : Directory.CreateTempSubdirectory("leader-election-").FullName;
        _undertaker = new Undertaker(_folder);
    }

    public int Port { get; private set; }

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = Port,
        Username = Superuser,
        Password = _password,
        Database = "postgres",
        SslMode = SslMode.Disable,
    }.ConnectionString;

    private string Data => Path.Combine(_folder, "data");

    private string ServerLog => Path.Combine(_folder, "server.log");

    public static async Task<LocalCluster> StartAsync(ServerBinaries binaries, CancellationToken cancellationToken)
    {
        var cluster = new LocalCluster(binaries);
        try
        {
            await cluster.InitializeAsync(cancellationToken).ConfigureAwait(false);
            await cluster.StartServerAsync(cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch (Exception)
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// The first time on a free port, later on the same one. Tried again for a while: a port can be taken in between,
    /// and the sessions of a killed server hold its memory until they have noticed.
    /// </summary>
    public async Task StartServerAsync(CancellationToken cancellationToken = default)
    {
        var isFirst = Port == 0;
        for (var attempt = 1; ; attempt++)
        {
            if (isFirst)
                Port = FreePort();
            try
            {
                await ControlAsync(
                    cancellationToken, "start", "-w", "-t", "60", "-l", ServerLog, "-o", $"-p {Port}")
                    .ConfigureAwait(false);
                return;
            }
            catch (InvalidOperationException exception) when (attempt == StartAttempts)
            {
                throw new InvalidOperationException(
                    $"{exception.Message}{Environment.NewLine}{await ReadServerLogAsync().ConfigureAwait(false)}");
            }
            catch (InvalidOperationException)
            {
                await Task.Delay(PauseBetweenAttempts, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public Task StopAsync(ShutdownMode mode) => ControlAsync(
        CancellationToken.None, "stop", "-w", "-t", "60", "-m", mode == ShutdownMode.Fast ? "fast" : "immediate");

    /// <summary>The server and all its sessions at one stroke.</summary>
    public async Task KillAsync()
    {
        var lockFile = Path.Combine(Data, "postmaster.pid");
        var server = int.Parse(File.ReadLines(lockFile).First(), CultureInfo.InvariantCulture);
        int[] processes = [server, .. ChildrenOf(server)];
        foreach (var process in processes.Where(ProcessSignal.Exists))
            ProcessSignal.Kill.SendTo(process);
        while (processes.Any(ProcessSignal.Exists))
            await Task.Delay(10).ConfigureAwait(false);

        // Where nobody buries the dead (containers without an init), the next server would believe that one lives.
        File.Delete(lockFile);
        File.Delete(Path.Combine(_folder, $".s.PGSQL.{Port}.lock"));
    }

    public ValueTask DisposeAsync() => _undertaker.DisposeAsync();

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        await Command.RunAsync("/", cancellationToken, "chmod", "700", _folder).ConfigureAwait(false);
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password, cancellationToken).ConfigureAwait(false);
        if (_user.Name is { } name)
            await Command.RunAsync("/", cancellationToken, "chown", "-R", name, _folder).ConfigureAwait(false);

        // --no-sync spares the flushing of the new files only; the server itself runs with its durable defaults.
        await RunAsUserAsync(
            cancellationToken, _binaries["initdb"], "-D", Data, "-U", Superuser, "--pwfile", passwordFile,
            "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
            .ConfigureAwait(false);
        File.Delete(passwordFile);
        await File.AppendAllTextAsync(Path.Combine(Data, "postgresql.conf"), Settings, cancellationToken)
            .ConfigureAwait(false);
    }

    private string Settings => $"""

        listen_addresses = '127.0.0.1'
        unix_socket_directories = '{_folder}'
        max_connections = 200
        shared_buffers = 16MB
        """;

    private Task ControlAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        RunAsUserAsync(cancellationToken, [_binaries["pg_ctl"], "-D", Data, "-s", .. arguments]);

    private Task RunAsUserAsync(CancellationToken cancellationToken, params IReadOnlyList<string> command) =>
        Command.RunAsync(_folder, cancellationToken, _user.Wrap(command));

    private async Task<string> ReadServerLogAsync() =>
        File.Exists(ServerLog) ? await File.ReadAllTextAsync(ServerLog).ConfigureAwait(false) : "";

    // The other systems offer no such list; there the sessions notice by themselves.
    private static int[] ChildrenOf(int processId)
    {
        var list = $"/proc/{processId}/task/{processId}/children";
        return File.Exists(list)
            ? [.. File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]
            : [];
    }

    private static string RandomHex() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
