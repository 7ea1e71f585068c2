using System.Globalization;
using System.Net;
using Npgsql;

namespace LeaderElection.Lab;

/// <summary>A Postgres of our own on a folder that is deleted with it.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private const string ProcessIdFile = "data/postmaster.pid";
    private const string ServerLog = "server.log";
    private const int NoteOfMemory = 7;
    private const int StartAttempts = 20;
    private static readonly TimeSpan PauseBetweenAttempts = TimeSpan.FromMilliseconds(250);

    // What belongs to one of two servers stands on its command line: a standby has the settings of its primary. Shared
    // memory is kept in the folder, where a killed server cannot leave it behind.
    private const string Settings = """

        listen_addresses = '127.0.0.1'
        max_connections = 200
        shared_buffers = 16MB
        dynamic_shared_memory_type = mmap
        wal_keep_size = 64MB
        wal_retrieve_retry_interval = 100ms
        """;

    // Copies are made again and again, and a disk that flushes them takes seconds. A killed process loses nothing so.
    private const string SettingsForCopies = """

        fsync = off
        """;

    private readonly ServerBinaries _binaries;
    private readonly ServerFolder _folder;
    private readonly string _password;

    private LocalCluster(ServerBinaries binaries, ServerFolder folder, string password)
    {
        _binaries = binaries;
        _folder = folder;
        _password = password;
    }

    public int Port { get; private set; }

    public string Description => $"a throw-away cluster ({_binaries.Version}, port {Port})";

    /// <summary>Null when it is the machine's.</summary>
    public ServerClock? Clock { get; private init; }

    private string MoreSettings { get; init; } = "";

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = Port,
        Username = Superuser,
        Password = _password,
        Database = "postgres",
        SslMode = SslMode.Disable,
    }.ConnectionString;

    private string Data => _folder["data"];

    public static Task<LocalCluster> StartAsync(ServerBinaries binaries, CancellationToken cancellationToken) =>
        StartAsync(binaries, new ThrowAwaySettings(), cancellationToken);

    public static async Task<LocalCluster> StartAsync(
        ServerBinaries binaries, ThrowAwaySettings settings, CancellationToken cancellationToken)
    {
        var folder = await ServerFolder.CreateAsync(ProcessIdFile, cancellationToken).ConfigureAwait(false);
        var cluster = new LocalCluster(binaries, folder, ServerFolder.RandomHex())
        {
            Port = settings.Port ?? 0,
            MoreSettings = settings.Configuration,
        };
        return await cluster.OrNothingAsync(() => cluster.StartNewAsync(cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Starts a server that is fit for standbys.</summary>
    public static async Task<LocalCluster> StartPrimaryAsync(
        ServerBinaries binaries, CancellationToken cancellationToken)
    {
        var folder = await ServerFolder.CreateAsync(ProcessIdFile, cancellationToken).ConfigureAwait(false);
        var cluster = new LocalCluster(binaries, folder, ServerFolder.RandomHex())
        {
            MoreSettings = SettingsForCopies,
        };
        return await cluster.OrNothingAsync(() => cluster.StartNewAsync(cancellationToken)).ConfigureAwait(false);
    }

    /// <exception cref="PostgresNotFoundException">There is no libfaketime.</exception>
    public static async Task<LocalCluster> StartOnClockAsync(
        ServerBinaries binaries, CancellationToken cancellationToken)
    {
        var folder = await ServerFolder.CreateAsync(ProcessIdFile, cancellationToken).ConfigureAwait(false);
        var cluster = new LocalCluster(binaries, folder, ServerFolder.RandomHex()) { Clock = new ServerClock(folder) };
        return await cluster.OrNothingAsync(async () =>
        {
            await cluster.Clock.StepAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            await cluster.StartNewAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Starts another server that follows this one.</summary>
    /// <param name="replicationPort">Where this one is reached by its standby.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left.</param>
    public async Task<LocalCluster> StartStandbyAsync(int replicationPort, CancellationToken cancellationToken)
    {
        var folder = await ServerFolder.CreateAsync(ProcessIdFile, cancellationToken).ConfigureAwait(false);
        var standby = new LocalCluster(_binaries, folder, _password);
        return await standby.OrNothingAsync(() => standby.BecomeStandbyAsync(this, replicationPort, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>Throws away what this server has, dead or alive, and starts it as a copy of a primary.</summary>
    public async Task BecomeStandbyAsync(
        LocalCluster primary, int replicationPort, CancellationToken cancellationToken = default)
    {
        if (File.Exists(_folder[ProcessIdFile]))
            await KillAsync().ConfigureAwait(false);
        if (Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);

        await primary.CopyToAsync(this, cancellationToken).ConfigureAwait(false);
        var standbySignal = Path.Combine("data", "standby.signal");
        var automatic = Path.Combine("data", "postgresql.auto.conf");
        await _folder.WriteAsync(standbySignal, "", cancellationToken).ConfigureAwait(false);
        await _folder.WriteAsync(
            automatic, $"primary_conninfo = '{primary.ConnectionInfo(replicationPort)}'\n", cancellationToken)
            .ConfigureAwait(false);
        await StartServerAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The first time on a free port, unless one was given; later on the same one. Tried again for a while: a port can
    /// be taken in between, and the sessions of a killed server hold its memory until they have noticed.
    /// </summary>
    public async Task StartServerAsync(CancellationToken cancellationToken = default)
    {
        var isFirst = Port == 0;
        for (var attempt = 1; ; attempt++)
        {
            if (isFirst)
                Port = FreePort.Find();
            try
            {
                await ControlAsync(
                    cancellationToken, "start", "-w", "-t", "60", "-l", _folder[ServerLog],
                    "-o", $"-p {Port} -k '{_folder.Path}'").ConfigureAwait(false);
                return;
            }
            catch (InvalidOperationException exception) when (attempt == StartAttempts)
            {
                var log = await _folder.ReadAsync(ServerLog).ConfigureAwait(false);
                throw new InvalidOperationException($"{exception.Message}{Environment.NewLine}{log}");
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
        var lockFile = _folder[ProcessIdFile];
        var notes = await File.ReadAllLinesAsync(lockFile).ConfigureAwait(false);
        var server = int.Parse(notes[0], CultureInfo.InvariantCulture);
        int[] processes = [server, .. ChildrenOf(server)];
        foreach (var process in processes.Where(ProcessSignal.Exists))
            ProcessSignal.Kill.SendTo(process);
        while (processes.Any(ProcessSignal.Exists))
            await Task.Delay(10).ConfigureAwait(false);

        // The memory by which servers tell that one lives on the same folder; the killed one could not give it back.
        if (notes.Length >= NoteOfMemory && notes[NoteOfMemory - 1].Split(' ') is [.., var memory])
            Command.TryRun("ipcrm", "-m", memory);

        // Where nobody buries the dead (containers without an init), the next server would believe that one lives.
        File.Delete(lockFile);
        File.Delete(_folder[$".s.PGSQL.{Port}.lock"]);
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    private async Task<LocalCluster> OrNothingAsync(Func<Task> start)
    {
        try
        {
            await start().ConfigureAwait(false);
            return this;
        }
        catch (Exception)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task StartNewAsync(CancellationToken cancellationToken)
    {
        const string PasswordFile = "password";
        await _folder.WriteAsync(PasswordFile, _password, cancellationToken).ConfigureAwait(false);

        // --no-sync spares the flushing of the new files only; the server itself runs with its durable defaults.
        await _folder.RunAsync(
            cancellationToken,
            [
                .. _binaries.CommandOf("initdb"), "-D", Data, "-U", Superuser, "--pwfile", _folder[PasswordFile],
                "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
            ]).ConfigureAwait(false);
        File.Delete(_folder[PasswordFile]);
        await File.AppendAllTextAsync(Path.Combine(Data, "postgresql.conf"), Settings + MoreSettings, cancellationToken)
            .ConfigureAwait(false);
        await StartServerAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyToAsync(LocalCluster standby, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await BaseCopy.MakeAsync(connection, Data, standby.Data, cancellationToken).ConfigureAwait(false);
        }

        await standby._folder.OwnAsync("data", cancellationToken).ConfigureAwait(false);
    }

    private string ConnectionInfo(int port) => $"host=127.0.0.1 port={port} user={Superuser} password={_password}";

    private Task ControlAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string> environment = Clock is null ? [] : ["env", .. Clock.Environment];
        return _folder.RunAsync(
            cancellationToken, [.. environment, .. _binaries.CommandOf("pg_ctl"), "-D", Data, "-s", .. arguments]);
    }

    // The other systems offer no such list; there the sessions notice by themselves.
    private static int[] ChildrenOf(int processId)
    {
        var list = $"/proc/{processId}/task/{processId}/children";
        return File.Exists(list)
            ? [.. File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]
            : [];
    }
}
