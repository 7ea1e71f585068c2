using System.Net;
using System.Net.Sockets;
using LeaderElection.Faults;

namespace LeaderElection.Postgres.Tests;

/// <summary>The runner where it cannot run, and where it is not let to the end.</summary>
public sealed class FaultInputTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Without_a_postgres_it_says_what_is_missing()
    {
        var empty = Directory.CreateTempSubdirectory();

        var (exitCode, output) = await FaultProgram.RunAsync(Patience, "run", "--postgres", empty.FullName);

        empty.Delete();
        exitCode.ShouldBe(ExitCode.CannotRun);
        output.ShouldContain("does not hold the programs of a Postgres server");
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var (exitCode, output) = await FaultProgram.RunAsync(Patience, "run", "--port", $"{port}");

        exitCode.ShouldBe(ExitCode.CannotRun);
        output.ShouldContain($"Port {port} of 127.0.0.1 is in use.");
    }

    [Theory]
    [InlineData("There is no fault 'earthquake'; there are: stop, release, kill", "run", "--faults", "kill,earthquake")]
    [InlineData("--faults names no fault", "run", "--faults", ",")]
    [InlineData("--rounds is 'many'; give a whole number from 1 to 1000000.", "run", "--rounds", "many")]
    [InlineData("--nodes is '1'; give a whole number from 3 to 9.", "run", "--nodes", "1")]
    [InlineData("--lease is '2'; give a number with its unit", "run", "--lease", "2")]
    [InlineData("--duration is '0s'", "run", "--duration", "0s")]
    [InlineData("There is no file 'nowhere.jsonl'.", "check", "nowhere.jsonl")]
    [InlineData("Unrecognized command or argument 'walk'", "walk")]
    public async Task What_it_does_not_understand_it_names(string message, params string[] arguments)
    {
        var (exitCode, output) = await FaultProgram.RunAsync(Patience, arguments);

        output.ShouldContain(message);
        exitCode.ShouldBe(ExitCode.CannotRun);
    }

    [Fact]
    public async Task A_history_cut_short_does_not_pass()
    {
        using var folder = new TemporaryFolder();
        var path = folder["history.jsonl"];
        new HistoryBuilder().Leads("n1.1", 1, 0, 1000).Fault(1, 1000).Leads("n2.1", 2, 1100, 2000).Heals(1, 1200)
            .IsSteady(1, 1500).WriteTo(path);

        var (whole, _) = await FaultProgram.RunAsync(Patience, "check", path);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
        var (cut, output) = await FaultProgram.RunAsync(Patience, "check", path);

        whole.ShouldBe(ExitCode.AllWell);
        cut.ShouldBe(ExitCode.HistoryIncomplete);
        output.ShouldContain("The history is incomplete and was not judged. Line 7 is cut off.");
    }

    [Fact]
    public async Task A_history_in_which_nothing_was_broken_does_not_pass()
    {
        using var folder = new TemporaryFolder();
        var path = folder["history.jsonl"];
        new HistoryBuilder().Leads("n1.1", 1, 0, 1000).WriteTo(path);

        var (exitCode, output) = await FaultProgram.RunAsync(Patience, "check", path);

        exitCode.ShouldBe(ExitCode.HistoryIncomplete);
        output.ShouldContain("No round was finished: nothing is shown by this.");
    }

    [Theory]
    [InlineData("INT", ExitCode.Interrupted)]
    [InlineData("TERM", ExitCode.Terminated)]
    [InlineData("KILL", 128 + 9)]
    public async Task Ended_in_the_middle_of_a_fault_it_leaves_no_process_behind(string signal, int exitCode)
    {
        using var folder = new TemporaryFolder();
        var path = folder["history.jsonl"];
        using var program = FaultProgram.Start("run", "--faults", "freeze-long", "--seed", "3", "--history", path);
        await program.PrintsAsync("freeze-long", Patience);
        var started = program.Started();

        await program.SignalAsync(signal);
        (await program.ExitsAsync(Patience)).ShouldBe(exitCode);

        // The runner, a server with its own processes, three nodes and more.
        started.Count.ShouldBeGreaterThan(8);
        await AllEndAsync(started);
        if (signal == "KILL")
            Should.Throw<HistoryIncompleteException>(() => HistoryReader.Read(path));
        else
            HistoryReader.Read(path).Footer.End.ShouldBe(EndOfRun.Interrupted);
    }

    // A killed runner's helpers notice, and end what there is.
    private static Task AllEndAsync(IReadOnlyList<int> processes) =>
        Eventually.TrueAsync(() => !processes.Any(FaultProgram.IsRunning), Patience);
}
