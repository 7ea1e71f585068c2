using System.CommandLine;

namespace LeaderElection.Tests.Simulation;

public class SimulationCommandsTests
{
    [Fact]
    public async Task Simulating_some_seeds_says_how_many_kept_their_promises()
    {
        var (exitCode, output, _) = await RunAsync("simulate", "--seeds", "3");

        exitCode.ShouldBe(0);
        output.ShouldStartWith("3 seeds × 30 minutes in ");
        output.ShouldEndWith("0 broke a promise.\n");
    }

    [Fact]
    public async Task A_replay_prints_the_world_and_all_that_happened()
    {
        var (exitCode, output, _) = await RunAsync("replay", "7");

        exitCode.ShouldBe(0);
        output.ShouldStartWith("seed 7: ");
        output.ShouldContain(" Granted 1\n");
        output.ShouldEndWith("No promise was broken.\n");
    }

    [Theory]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--from", "-3")]
    [InlineData("--from", "2147483647")]
    public async Task A_number_that_cannot_be_used_is_named(string option, string given)
    {
        var (exitCode, _, errors) = await RunAsync("simulate", option, given);

        exitCode.ShouldBe(1);
        errors.ShouldContain($"{option} is '{given}'; it must be a whole number from 1 to");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter();
        var exitCode = await SimulationCommands.Root().Parse(args).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = errors }, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
