using System.Diagnostics;
using System.Globalization;

namespace FailoverDemo;

/// <summary>
/// Stops a process with SIGSTOP until disposed: it stands still and notices nothing. A small shell does it and lets the
/// process go on when its input ends, so that no worker is left frozen when the demo ends in whatever way.
/// </summary>
internal sealed class Freezer : IDisposable
{
    private const string Script = "trap '' INT TERM HUP; kill -STOP \"$1\"; read -r _; kill -CONT \"$1\"";

    private readonly Process _shell;

    public Freezer(int processId)
    {
        var id = processId.ToString(CultureInfo.InvariantCulture);
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "freezer", id])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("/bin/sh did not start.");
    }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
