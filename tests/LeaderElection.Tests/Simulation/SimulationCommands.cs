using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace LeaderElection.Tests.Simulation;

/// <summary>The simulation as a program: as many worlds as one has time for, and one of them in words.</summary>
internal static class SimulationCommands
{
    private const int Interrupted = 130;
    private const int Largest = 1_000_000_000;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(30);

    public static RootCommand Root() => new("Simulates the elector on clocks, machines, networks and stores that fail.")
    {
        Simulate(),
        Replay(),
    };

    private static Command Simulate()
    {
        var seeds = Positive("--seeds", "How many worlds to simulate.", standard: 1_000_000);
        var from = Positive("--from", "The first seed.", standard: 1);
        var command = new Command(
            "simulate", "Simulates many worlds, and says how to replay those that broke a promise.")
        {
            seeds, from,
        };

        // On a thread of its own, or Ctrl+C would find nobody who listens.
        command.SetAction((result, cancellationToken) => Task.Run(
            () => Simulate(
                result.GetValue(from), result.GetValue(seeds), result.InvocationConfiguration.Output,
                cancellationToken),
            CancellationToken.None));
        return command;
    }

    private static Command Replay()
    {
        var seed = new Argument<int>("seed") { Description = "The world to replay." };
        var command = new Command("replay", "Simulates one world and prints all that happens.") { seed };
        command.SetAction(result =>
        {
            var output = result.InvocationConfiguration.Output;
            var outcome = World.Run(result.GetValue(seed), output);
            output.WriteLine(outcome.Violation?.ToString() ?? "No promise was broken.");
            return outcome.Violation is null ? 0 : 1;
        });
        return command;
    }

    // Of two such numbers the sum is a seed, too.
    private static Option<int> Positive(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Implicit)
                return;
            var given = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (!int.TryParse(given, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
                || number is < 1 or > Largest)
                result.AddError($"{name} is '{given}'; it must be a whole number from 1 to {Largest}.");
        });
        return option;
    }

    private static int Simulate(int from, int count, TextWriter output, CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        var (done, failed) = (0, 0);
        foreach (var outcome in Worlds.RunAll(Enumerable.Range(from, count)))
        {
            done++;
            if (outcome.Violation is { } violation)
            {
                failed++;
                output.WriteLine($"seed {outcome.Seed}: {violation}");
                output.WriteLine(
                    $"  dotnet run -c Release --project tests/LeaderElection.Tests -- replay {outcome.Seed}");
            }

            if (cancellationToken.IsCancellationRequested)
                break;
            if (began.Elapsed - reported < ReportEvery)
                continue;
            reported = began.Elapsed;
            output.WriteLine($"{done} of {count} seeds after {reported.TotalSeconds:0} s, {failed} broke a promise");
        }

        output.WriteLine(
            $"{done} seeds × {World.Length.TotalMinutes:0} minutes in {began.Elapsed.TotalSeconds:0} s: "
            + $"{failed} broke a promise.");
        if (done < count)
            return Interrupted;
        return failed == 0 ? 0 : 1;
    }
}
