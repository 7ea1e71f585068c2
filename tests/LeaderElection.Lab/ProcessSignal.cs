using System.Runtime.InteropServices;

namespace LeaderElection.Lab;

/// <summary>A POSIX signal that the framework cannot send.</summary>
internal sealed class ProcessSignal
{
    private const int OperationNotPermitted = 1;

    private ProcessSignal(int number) => Number = number;

    public static ProcessSignal Hangup { get; } = new(1);

    public static ProcessSignal Interrupt { get; } = new(2);

    public static ProcessSignal Kill { get; } = new(9);

    public static ProcessSignal Terminate { get; } = new(15);

    // The two have other numbers on macOS.
    public static ProcessSignal Stop { get; } = new(OperatingSystem.IsMacOS() ? 17 : 19);

    public static ProcessSignal Continue { get; } = new(OperatingSystem.IsMacOS() ? 19 : 18);

    /// <summary>As the system of this machine counts.</summary>
    public int Number { get; }

    /// <summary>Whether the process runs. One that is dead but not buried by its parent yet does not.</summary>
    public static bool Exists(int processId)
    {
        if (Send(processId, 0) != 0 && Marshal.GetLastPInvokeError() != OperationNotPermitted)
            return false;
        if (!OperatingSystem.IsLinux())
            return true;

        try
        {
            // The state follows the name, which is in parentheses and may hold anything.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void SendTo(int processId)
    {
        // Zero and less mean whole groups of processes.
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 2);
        if (Send(processId, Number) != 0)
        {
            throw new InvalidOperationException(
                $"Signal {Number} for process {processId} failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Send(int processId, int signal);
}
