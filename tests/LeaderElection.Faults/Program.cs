using System.CommandLine;
using LeaderElection.Faults;
using LeaderElection.Lab;
using Npgsql;

var root = new RootCommand("Breaks LeaderElection and everything around it, and judges what it promised meanwhile.")
{
    new RunCommand(),
    FileCommands.Check(),
    FileCommands.Draw(),
    FileCommands.List(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        await Console.Error.WriteLineAsync(error.Message);
    await Console.Error.WriteLineAsync("'--help' shows what there is.");
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
    await Console.Error.WriteLineAsync($"The history is incomplete and was not judged. {exception.Message}");
    return ExitCode.HistoryIncomplete;
}
catch (Exception exception) when (exception is PostgresNotFoundException or CannotRunException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCode.CannotRun;
}
catch (Exception exception) when (
    exception is IOException or UnauthorizedAccessException or InvalidOperationException or NpgsqlException)
{
    await Console.Error.WriteLineAsync($"It cannot go on: {exception.Message}");
    return ExitCode.CannotRun;
}
