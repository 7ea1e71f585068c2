using System.CommandLine;
using LeaderElection.Lab;

namespace LeaderElection.Benchmarks;

/// <summary>The command that measures many elections, and the one that it starts processes with.</summary>
internal static class ScaleCommand
{
    public static Command Create()
    {
        var elections = WholeNumberOption.Create(
            "--elections", "How many elections each process has.", otherwise: 10_000, least: 1, most: 1_000_000);
        var seconds = WholeNumberOption.Create(
            "--seconds", "How long to look at the steady state.", otherwise: 60, least: 1, most: 86_400);
        var command = new Command("scale", "Thousands of elections in one process, and a second one that follows.")
        {
            elections, seconds,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var server = await PostgresServer.StartAsync(cancellationToken);
            Console.WriteLine($"Postgres: {server.Description}");
            await ScaleBenchmark.RunAsync(
                server, result.GetValue(elections), TimeSpan.FromSeconds(result.GetValue(seconds)));
            return 0;
        });
        return command;
    }

    public static Command CreateProcess()
    {
        var command = new Command(ScaleProcess.Command, "Started by scale.") { Hidden = true };
        command.SetAction(async (_, _) =>
        {
            await ScaleProcess.RunAsync();
            return 0;
        });
        return command;
    }
}
