using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace LeaderElection.Tests.Simulation;

/// <summary>The simulation from the command line.</summary>
internal static class SimulationCommands
{
    public static Command Simulate()
    {
        var seeds = Positive("--seeds", "How many worlds to simulate.", 1_000_000);
        var from = Positive("--from", "The first seed.", 1);
        var command = new Command("simulate", "Simulates many worlds, and says how to replay those that broke a promise.")
        {
            seeds, from,
        };
        command.SetAction((result, cancellationToken) => Task.FromResult(
            Simulate(result.GetValue(from), result.GetValue(seeds), cancellationToken)));
        return command;
    }

    public static Command Replay()
    {
        var seed = new Argument<int>("seed") { Description = "The world to replay." };
        var command = new Command("replay", "Simulates one world and prints all that happens.") { seed };
        command.SetAction(result =>
        {
            var outcome = World.Run(result.GetValue(seed), Console.Out);
            Console.WriteLine(outcome.Violation?.ToString() ?? "No promise was broken.");
            return outcome.Violation is null ? 0 : 1;
        });
        return command;
    }

    private static Option<int> Positive(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} must be from 1 to {int.MaxValue}.");
        });
        return option;
    }

    private static int Simulate(int from, int count, CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        var progress = Stopwatch.StartNew();
        var failed = 0;
        var done = 0;
        foreach (var outcome in Worlds.RunAll(Enumerable.Range(from, count)).TakeWhile(_ => !cancellationToken.IsCancellationRequested))
        {
            done++;
            if (outcome.Violation is { } violation)
            {
                failed++;
                Console.WriteLine($"seed {outcome.Seed}: {violation}");
                Console.WriteLine($"  dotnet run -c Release --project tests/LeaderElection.Tests -- replay {outcome.Seed}");
            }

            if (progress.Elapsed < TimeSpan.FromSeconds(30))
                continue;
            progress.Restart();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{done} of {count} seeds after {began.Elapsed.TotalSeconds:0} s, {failed} failed"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{done} seeds × {World.Length.TotalMinutes:0} minutes in {began.Elapsed.TotalSeconds:0} s: {failed} broke a promise."));
        if (done < count)
            return 130;
        return failed == 0 ? 0 : 1;
    }
}
