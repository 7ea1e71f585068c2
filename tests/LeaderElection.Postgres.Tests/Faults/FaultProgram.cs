using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LeaderElection.Faults;

namespace LeaderElection.Postgres.Tests;

/// <summary>The runner as a process of its own, as people start it.</summary>
internal sealed partial class FaultProgram : RunningProgram
{
    // Scripts start their children with SIGINT ignored, and that is passed on.
    private FaultProgram(IEnumerable<string> arguments)
        : base(new ProcessStartInfo(
            "env", ["--default-signal=INT", "dotnet", typeof(Checker).Assembly.Location, .. arguments]))
    {
    }

    public static FaultProgram Start(params IEnumerable<string> arguments) => new(arguments);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        TimeSpan patience, params IEnumerable<string> arguments)
    {
        using var program = Start(arguments);
        var exitCode = await program.ExitsAsync(patience);
        return (exitCode, program.Output);
    }

    /// <summary>All that it has started and that runs now: its children and theirs, and the server with its own, which
    /// is a child of nobody.</summary>
    public IReadOnlyList<int> Started()
    {
        var port = Port().Match(Output).Groups[1].Value;
        var processes = Processes();
        var found = processes.Where(process => process.CommandLine.Contains($"-p\0{port}\0", StringComparison.Ordinal))
            .Select(process => process.Id).Append(ProcessId).ToHashSet();
        var before = 0;
        while (found.Count > before)
        {
            before = found.Count;
            found.UnionWith(processes.Where(process => found.Contains(process.Parent)).Select(process => process.Id));
        }

        return [.. found];
    }

    public static bool IsRunning(int processId) => Processes().Any(process => process.Id == processId);

    [GeneratedRegex(@"port (\d+)\)")]
    private static partial Regex Port();

    private static List<(int Id, int Parent, string CommandLine)> Processes()
    {
        var processes = new List<(int Id, int Parent, string CommandLine)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(path[6..], out _)))
        {
            try
            {
                // After the name, which is in parentheses and may hold anything: the state, then the parent.
                var stat = File.ReadAllText($"{folder}/stat");
                var rest = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (rest[0] is not ("Z" or "X"))
                {
                    processes.Add((
                        int.Parse(folder[6..], CultureInfo.InvariantCulture),
                        int.Parse(rest[1], CultureInfo.InvariantCulture),
                        File.ReadAllText($"{folder}/cmdline")));
                }
            }
            catch (IOException)
            {
                // Ended just now.
            }
        }

        return processes;
    }
}
