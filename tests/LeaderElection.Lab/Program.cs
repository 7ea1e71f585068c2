using LeaderElection.Lab;

// Runs a command beside a Postgres, whose connection string it finds in LEADER_ELECTION_POSTGRES. What was started for
// it is gone when it has ended. Exits as the command does.
if (args is not [var program, .. var arguments])
{
    await Console.Error.WriteLineAsync("What is to run beside the Postgres? Give a program and its arguments.");
    return ExitCode.NothingToRunOn;
}

using var signals = new PassedOnSignals();
try
{
    await using var server = await PostgresServer.StartAsync(signals.Stopped);
    Console.WriteLine($"Postgres: {server.Description}.");
    await using var database = await server.CreateDatabaseAsync(signals.Stopped);
    return await signals.RunAsync(program, arguments, database.ConnectionString);
}
catch (OperationCanceledException) when (signals.Stopped.IsCancellationRequested)
{
    return signals.ExitCode;
}
catch (PostgresNotFoundException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCode.NothingToRunOn;
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync($"There is no Postgres to run on: {exception.Message}");
    return ExitCode.Failed;
}
