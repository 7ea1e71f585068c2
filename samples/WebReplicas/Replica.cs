using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace WebReplicas;

/// <summary>One process of samples/WebApp; its output goes to ours, each line with its port before it.</summary>
internal sealed class Replica : IDisposable
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

    private readonly Process _process;

    private Replica(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <exception cref="PortInUseException">Somebody listens there.</exception>
    public static Replica Start(int port, string connectionString)
    {
        CheckFree(port);
        var address = new Uri($"http://localhost:{port}");
        var program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory.Replace("WebReplicas", "WebApp", StringComparison.Ordinal), "WebApp.dll"));
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program])
            {
                RedirectStandardOutput = true,
                Environment =
                {
                    ["LEADER_ELECTION_POSTGRES"] = connectionString,
                    ["ASPNETCORE_URLS"] = address.ToString(),
                    ["LeaderElection__Endpoint"] = address.ToString(),
                    ["LeaderElection__InstanceId"] = $"replica-{port}",
                },
            },
        };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                Console.WriteLine($"{port} | {line.Data}");
        };
        process.Start();
        process.BeginOutputReadLine();
        return new Replica(process, address);
    }

    public Task EndsAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks it to stop, as an orchestrator does, and waits.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        using var patience = new CancellationTokenSource(LongestStop);
        await _process.WaitForExitAsync(patience.Token);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static void CheckFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            throw new PortInUseException(port);
        }
    }
}
