using LeaderElection.Faults;

namespace LeaderElection.Tests;

/// <summary>What the fault runner says to what it is given, where it has nothing to break.</summary>
public sealed class FaultCommandsTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");

    public void Dispose() => File.Delete(_path);

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
        var (exitCode, output) = await RunAsync(arguments);

        output.ShouldContain(message);
        exitCode.ShouldBe(ExitCode.CannotRun);
    }

    [Fact]
    public async Task A_history_cut_short_does_not_pass()
    {
        new HistoryBuilder().Leads("n1.1", 1, 0, 1000).Fault(1, 1000).Leads("n2.1", 2, 1100, 2000).Heals(1, 1200)
            .IsSteady(1, 1500).WriteTo(_path);

        var (whole, _) = await RunAsync("check", _path);
        File.WriteAllBytes(_path, File.ReadAllBytes(_path)[..^20]);
        var (cut, output) = await RunAsync("check", _path);

        whole.ShouldBe(ExitCode.AllWell);
        cut.ShouldBe(ExitCode.HistoryIncomplete);
        output.ShouldContain("The history is incomplete and was not judged. Line 7 is cut off.");
    }

    [Fact]
    public async Task A_history_in_which_nothing_was_broken_does_not_pass()
    {
        new HistoryBuilder().Leads("n1.1", 1, 0, 1000).WriteTo(_path);

        var (exitCode, _) = await RunAsync("check", _path);

        exitCode.ShouldBe(ExitCode.HistoryIncomplete);
        var history = HistoryReader.Read(_path);
        Report.Lines(history, Checker.Judge(history))
            .ShouldContain("No round was finished: nothing is shown by this.");
    }

    private static async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        await using var errors = new StringWriter();
        return (await CommandLine.RunAsync(arguments, errors), errors.ToString());
    }
}
