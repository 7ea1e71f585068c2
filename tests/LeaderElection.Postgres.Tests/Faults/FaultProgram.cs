using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LeaderElection.Faults;

namespace LeaderElection.Postgres.Tests;

/// <summary>The runner as a process of its own, as people start it.</summary>
internal sealed partial class FaultProgram : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];
    private string _output = "";

    private FaultProgram(IEnumerable<string> arguments)
    {
        // Scripts start their children with SIGINT ignored, and that is passed on.
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(
                "env", ["--default-signal=INT", "dotnet", typeof(Checker).Assembly.Location, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Of both kinds, so far.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return _output;
        }
    }

    public static FaultProgram Start(params IEnumerable<string> arguments) => new(arguments);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        TimeSpan patience, params IEnumerable<string> arguments)
    {
        using var program = Start(arguments);
        var exitCode = await program.ExitsAsync(patience);
        return (exitCode, program.Output);
    }

    public Task PrintsAsync(string text, TimeSpan patience)
    {
        lock (_gate)
        {
            if (_output.Contains(text, StringComparison.Ordinal))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task.WaitAsync(patience);
        }
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitsAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>All that it has started and that runs now: its children and theirs, and the server with its own, which
    /// is a child of nobody.</summary>
    public IReadOnlyList<int> Started()
    {
        var port = Port().Match(Output).Groups[1].Value;
        var processes = Processes();
        var found = processes.Where(process => process.CommandLine.Contains($"-p\0{port}\0", StringComparison.Ordinal))
            .Select(process => process.Id).Append(_process.Id).ToHashSet();
        var before = 0;
        while (found.Count > before)
        {
            before = found.Count;
            found.UnionWith(processes.Where(process => found.Contains(process.Parent)).Select(process => process.Id));
        }

        return [.. found];
    }

    public static bool IsRunning(int processId) => Processes().Any(process => process.Id == processId);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

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

    private void Take(string? line)
    {
        lock (_gate)
        {
            _output += line + '\n';
            foreach (var (text, seen) in _awaited)
            {
                if (_output.Contains(text, StringComparison.Ordinal))
                    seen.TrySetResult();
            }
        }
    }
}
