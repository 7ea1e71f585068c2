using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LeaderElection.Node;

namespace LeaderElection.Faults;

/// <summary>Reads what is asked for, runs it, judges what was written down.</summary>
internal sealed class RunCommand : Command
{
    private const int RoundsPerFault = 3;
    private const int DefaultNodes = 3;
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(1.5);

    private readonly Option<int?> _seed = Choices.Number(
        "--seed", "Draws the same faults as another run of that seed; random unless given.", 0, int.MaxValue);

    private readonly Option<int?> _rounds = Choices.Number(
        "--rounds", "How many faults; three of every kind unless given, without end when --duration is.", 1, 1_000_000);

    private readonly Option<TimeSpan?> _duration = Choices.Duration(
        "--duration", "For how long; the round under way is finished.",
        TimeSpan.FromSeconds(1), TimeSpan.FromHours(200));

    // Of two nodes one can be sitting out its cool-down while the other is stopped: nobody leads then, as it should be.
    private readonly Option<int?> _nodes = Choices.Number("--nodes", "How many nodes; 3 unless given.", 3, 9);

    private readonly Option<TimeSpan?> _lease = Choices.Duration(
        "--lease", "The lease of the nodes; 1.5 s unless given.",
        TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));

    private readonly Option<IReadOnlyList<Fault>?> _faults = Choices.Faults("--faults");

    private readonly Option<string> _history = new("--history")
    {
        Description = "Where to write the history; faults-<seed>.jsonl in the temporary folder unless given.",
        HelpName = "file",
    };

    private readonly Option<string> _svg = new("--svg")
    {
        Description = "Where to draw the history; beside it unless given.",
        HelpName = "file",
    };

    private readonly Option<bool> _naive = new("--naive")
    {
        Description = "Runs nodes with a stored bool and no deadline instead: this must be caught.",
    };

    private readonly Option<int?> _port = Choices.Number(
        "--port", "Of the throw-away Postgres; a free one unless given.", 1024, 65535);

    private readonly Option<string> _programs = new("--postgres")
    {
        Description = "The folder with the programs of the Postgres to run; the machine's unless given.",
        HelpName = "folder",
    };

    public RunCommand()
        : base("run", "Starts nodes and a Postgres, breaks things, and judges what was seen.")
    {
        foreach (var option in new Option[]
            { _seed, _rounds, _duration, _nodes, _lease, _faults, _history, _svg, _naive, _port, _programs })
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private static async Task<int> RunAsync(RunSettings settings)
    {
        using var stop = new CancellationTokenSource();
        PosixSignal? stoppedBy = null;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopGently);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopGently);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, StopGently);
        try
        {
            await PlayAsync(settings, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine($"Interrupted. History: {settings.HistoryPath}");
            return stoppedBy == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated;
        }

        return Report.Show(settings.HistoryPath, settings.SvgPath);

        // Instead of ending at once: the nodes and the server have to go first.
        void StopGently(PosixSignalContext context)
        {
            context.Cancel = true;
            stoppedBy ??= context.Signal;
            stop.Cancel();
        }
    }

    private static async Task PlayAsync(RunSettings settings, CancellationToken cancellationToken)
    {
        // Not after hours.
        if (Path.GetDirectoryName(settings.SvgPath) is { } folder)
            Directory.CreateDirectory(folder);
        await using var arena = await Arena.StartAsync(settings, cancellationToken);
        Console.WriteLine(
            $"Postgres: {arena.Server.Description}. Seed {settings.Seed}. History: {settings.HistoryPath}");
        using var history = new HistoryWriter(settings.HistoryPath, FaultRun.HeaderOf(settings, arena));
        var run = new FaultRun(settings, arena, history, Console.WriteLine);
        var end = EndOfRun.Failed;
        try
        {
            await run.RunAsync(cancellationToken);
            end = EndOfRun.Completed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            end = EndOfRun.Interrupted;
            throw;
        }
        finally
        {
            if (!await run.EndAsync() && end == EndOfRun.Completed)
                end = EndOfRun.Failed;
            history.Close(end);
        }
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var settings = SettingsFrom(result);
        if (settings.Port is { } port && !IsFree(port))
        {
            throw new CannotRunException(
                $"Port {port} of 127.0.0.1 is in use. Give another with --port, or leave it out: "
                + "a free one is taken then.");
        }

        return await RunAsync(settings);
    }

    private RunSettings SettingsFrom(ParseResult result)
    {
        var seed = result.GetValue(_seed) ?? Random.Shared.Next();
        var faults = result.GetValue(_faults) ?? FaultCatalog.All;
        var duration = result.GetValue(_duration);
        var history = Path.GetFullPath(result.GetValue(_history)
            ?? Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"faults-{seed}.jsonl")));
        return new RunSettings
        {
            Seed = seed,
            Rounds = result.GetValue(_rounds) ?? (duration is null ? RoundsPerFault * faults.Count : int.MaxValue),
            Duration = duration,
            Nodes = result.GetValue(_nodes) ?? DefaultNodes,
            Times = ElectionTimes.Of(result.GetValue(_lease) ?? DefaultLease),
            Faults = faults,
            HistoryPath = history,
            SvgPath = Path.GetFullPath(result.GetValue(_svg) ?? Path.ChangeExtension(history, ".svg")),
            Elector = result.GetValue(_naive) ? NodeElector.Naive : NodeElector.Lease,
            Port = result.GetValue(_port),
            PostgresPrograms = result.GetValue(_programs),
        };
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
