using System.ComponentModel;
using System.Diagnostics;

namespace LeaderElection.Lab;

internal sealed record CommandResult(int ExitCode, string Output);

/// <summary>Runs short programs of the machine.</summary>
internal static class Command
{
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static async Task RunAsync(
        string folder, CancellationToken cancellationToken, params IReadOnlyList<string> command)
    {
        var result = await RunAndReadAsync(folder, command, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"'{string.Join(' ', command)}' ended with {result.ExitCode}: {result.Output}");
        }
    }

    /// <summary>Null when there is no such program.</summary>
    public static CommandResult? TryRun(params IReadOnlyList<string> command)
    {
        try
        {
            return RunAndReadAsync(Path.GetTempPath(), command, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task<CommandResult> RunAndReadAsync(
        string folder, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new CommandResult(
                process.ExitCode, (await output.ConfigureAwait(false) + await errors.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
