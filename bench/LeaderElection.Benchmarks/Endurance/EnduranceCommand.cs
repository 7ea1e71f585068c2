using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LeaderElection.Lab;

namespace LeaderElection.Benchmarks;

/// <summary>The command line of <see cref="Endurance"/>.</summary>
internal static class EnduranceCommand
{
    private const int Interrupted = 130;
    private const int FewestCycles = 100;
    private const int MostCycles = 10_000_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static Command Create()
    {
        var cycles = WholeNumberOption.Create(
            "--cycles", "How many electors are started and stopped.", otherwise: 10_000, FewestCycles, MostCycles);
        var duration = new Option<TimeSpan>("--duration")
        {
            Description = "How long leases are renewed: 90s, 10m, 1h or hh:mm:ss.",
            DefaultValueFactory = _ => TimeSpan.FromHours(1),
            CustomParser = ParseDuration,
        };

        var command = new Command(
            "endurance", "Whether memory, threads, timers, handles or connections grow; exit code 1 when they do.")
        {
            cycles,
            duration,
        };
        command.SetAction((result, cancellationToken) =>
            RunAsync(result.GetValue(cycles), result.GetValue(duration), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int cycles, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            await using var server = await PostgresServer.StartAsync(cancellationToken);
            Console.WriteLine($"Postgres: {server.Description}");
            await using var endurance = await Endurance.PrepareAsync(server, cancellationToken);
            return await endurance.RunAsync(cycles, duration, cancellationToken) ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Console.WriteLine("Interrupted: no verdict.");
            return Interrupted;
        }
    }

    // A bare number would be days to TimeSpan, and is nobody's intention.
    private static TimeSpan ParseDuration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Parse(text) is not { } duration)
            result.AddError($"--duration '{text}' is no duration. Write 90s, 10m, 1h or hh:mm:ss.");
        else if (duration < Shortest || duration > Longest)
            result.AddError($"--duration must be from {Shortest.TotalSeconds} s to {Longest.TotalDays} days.");
        else
            return duration;
        return default;
    }

    private static TimeSpan? Parse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
        if (text.Length == 0 || !double.TryParse(
            text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1e6)
        {
            return null;
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => null,
        };
    }
}
