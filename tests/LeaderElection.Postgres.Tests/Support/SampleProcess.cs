using System.Diagnostics;

namespace LeaderElection.Postgres.Tests;

/// <summary>A sample, started as a user starts it.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];
    private string _output = "";

    public SampleProcess(
        string sample, string connectionString, params (string Variable, string Value)[] environment)
        : this(sample, [], connectionString, environment)
    {
    }

    public SampleProcess(
        string sample, string[] arguments, string connectionString,
        params (string Variable, string Value)[] environment)
        : this(new ProcessStartInfo("dotnet", [Built(sample), .. arguments]), connectionString, environment)
    {
    }

    private SampleProcess(
        ProcessStartInfo start, string connectionString, params (string Variable, string Value)[] environment)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["LEADER_ELECTION_POSTGRES"] = connectionString;
        _process = new Process { StartInfo = start };
        foreach (var (variable, value) in environment)
            _process.StartInfo.Environment[variable] = value;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>One that was published: an executable of its own.</summary>
    public static SampleProcess StartPublished(string executable, string connectionString) =>
        new(new ProcessStartInfo(executable), connectionString);

    public Task PrintsAsync(string text)
    {
        lock (_gate)
        {
            if (_output.Contains(text, StringComparison.Ordinal))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task.WaitAsync(TestTime.Patience);
        }
    }

    public async Task TerminateAsync()
    {
        // Not SIGINT: scripts start their children with that one ignored.
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitsAsync()
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static string Built(string sample)
    {
        var output = Path.GetRelativePath(
            Path.Combine(Sources.Root, "tests/LeaderElection.Postgres.Tests"), AppContext.BaseDirectory);
        return Path.Combine(Sources.Root, "samples", sample, output, $"{sample}.dll");
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
