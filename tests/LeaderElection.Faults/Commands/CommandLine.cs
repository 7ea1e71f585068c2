using System.CommandLine;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Faults;

/// <summary>The runner as people call it.</summary>
internal static class CommandLine
{
    /// <summary>Never throws what a user can do something about.</summary>
    /// <param name="arguments">A command and its options.</param>
    /// <param name="errors">Where to say what is wrong with them, or what went wrong.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter errors)
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await errors.WriteLineAsync(error.Message);
            await errors.WriteLineAsync("'--help' shows what there is.");
            return ExitCode.CannotRun;
        }

        try
        {
            // Signals are the command's own business: what was started has to be ended first, however long that takes.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (HistoryIncompleteException exception)
        {
            await errors.WriteLineAsync($"The history is incomplete and was not judged. {exception.Message}");
            return ExitCode.HistoryIncomplete;
        }
        catch (Exception exception) when (exception is PostgresNotFoundException or CannotRunException)
        {
            await errors.WriteLineAsync(exception.Message);
            return ExitCode.CannotRun;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or InvalidOperationException or NpgsqlException)
        {
            await errors.WriteLineAsync($"It cannot go on: {exception.Message}");
            return ExitCode.CannotRun;
        }
    }

    private static RootCommand Root() =>
        new("Breaks LeaderElection and everything around it, and judges what it promised meanwhile.")
        {
            new RunCommand(),
            FileCommands.Check(),
            FileCommands.Draw(),
            FileCommands.List(),
        };
}
