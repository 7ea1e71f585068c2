using System.Diagnostics;
using System.Globalization;

namespace LeaderElection.Lab;

/// <summary>
/// Thaws a frozen process when this one dies, in whatever way, so that it can notice and end; otherwise nobody would.
/// </summary>
internal sealed class ThawGuard : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        exec > /dev/null 2>&1
        read -r word
        [ "$word" = dismissed ] || kill -CONT "$1"
        """;

    private readonly Process _process;

    public ThawGuard(int processId)
    {
        var id = processId.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "leader-election-thaw-guard", id])
        {
            RedirectStandardInput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
    }

    public void Dispose()
    {
        _process.StandardInput.WriteLine("dismissed");
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
