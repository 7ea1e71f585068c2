using System.Diagnostics;
using System.Globalization;

namespace LeaderElection.Postgres.Tests;

/// <summary>A process whose output is collected; killed with its children when disposed.</summary>
internal class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private string _output = "";

    public RunningProgram(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int ProcessId => _process.Id;

    /// <summary>Of both kinds, so far.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return _output;
        }
    }

    public Task PrintsAsync(string text, TimeSpan? patience = null) => Eventually.SeenAsync(
        () => Task.FromResult(Output), output => output.Contains(text, StringComparison.Ordinal), patience,
        $"the output, for '{text}'");

    /// <param name="signal">As kill calls it. Not INT where a script started this: its children ignore that.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public Task TerminateAsync() => SignalAsync("TERM");

    public async Task<int> ExitsAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? TestTime.Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_gate)
            _output += line + '\n';
    }
}
