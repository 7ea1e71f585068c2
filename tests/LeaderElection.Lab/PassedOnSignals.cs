using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LeaderElection.Lab;

/// <summary>
/// Hands what would end this process on to the one that it runs, and waits for that one's end: a server must not go
/// before those who use it. While none runs, a signal only sets <see cref="Stopped"/>.
/// </summary>
internal sealed class PassedOnSignals : IDisposable
{
    private const int ShellsCountFrom = 128;

    private static readonly (PosixSignal Signal, ProcessSignal PassedOn)[] Known =
    [
        (PosixSignal.SIGHUP, ProcessSignal.Hangup),
        (PosixSignal.SIGINT, ProcessSignal.Interrupt),
        (PosixSignal.SIGTERM, ProcessSignal.Terminate),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    // Guards the two below.
    private readonly Lock _gate = new();
    private ProcessSignal? _first;
    private Process? _child;

    public PassedOnSignals() =>
        _registrations = [.. Known.Select(pair => PosixSignalRegistration.Create(pair.Signal, Take))];

    /// <summary>Cancelled by the first signal that comes while no process runs.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>As shells count the signal that came first.</summary>
    public int ExitCode => ShellsCountFrom + (_first?.Number ?? 0);

    /// <summary>Runs a program to its end, on the terminal of this process.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunAsync(string program, string[] arguments, string connectionString)
    {
        using var child = new Process();
        child.StartInfo = new ProcessStartInfo(program, arguments)
        {
            Environment = { [PostgresRequest.ConnectionStringVariable] = connectionString },
        };
        lock (_gate)
        {
            _stop.Token.ThrowIfCancellationRequested();
            child.Start();
            _child = child;
        }

        await child.WaitForExitAsync();
        lock (_gate)
            _child = null;
        return child.ExitCode;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        var signal = Known.Single(pair => pair.Signal == context.Signal).PassedOn;
        lock (_gate)
        {
            _first ??= signal;
            if (_child is { HasExited: false } child)
            {
                signal.SendTo(child.Id);
                return;
            }
        }

        _stop.Cancel();
    }
}
