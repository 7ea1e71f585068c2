using System.Runtime.InteropServices;
using FailoverDemo;

// Three processes, one Postgres, three ways to lose a leader. Exit code 0 only if every promise was kept.
var connectionString = Environment.GetEnvironmentVariable(WorkerCommand.ConnectionStringVariable);
if (string.IsNullOrEmpty(connectionString))
{
    Console.Error.WriteLine(
        $"Which Postgres? Set {WorkerCommand.ConnectionStringVariable} to its connection string: "
        + "\"Host=localhost;Username=postgres;Password=…;Database=postgres\"");
    return ExitCode.NoPostgres;
}

// The workers are this program once more.
if (WorkerCommand.TryParse(args) is { } command)
    return await WorkerProgram.RunAsync(command, connectionString);

using var stop = new CancellationTokenSource();
PosixSignal? stoppedBy = null;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopGently);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopGently);
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, StopGently);

using var screen = Screen.Create();
try
{
    await using var schema = await OwnSchema.CreateAsync(connectionString, stop.Token);
    await using var workers = new Workers(schema.Name);
    await using var row = await LeaseMonitor.StartAsync(connectionString, schema.Name, stop.Token);

    var story = new Story(workers, row, screen);
    await screen.WatchAsync(workers, row, () => story.TellAsync(stop.Token));
    return screen.Conclude(story.Verdict) ? ExitCode.AllWell : ExitCode.PromiseBroken;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    screen.Say("Stopped.");
    return stoppedBy == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated;
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync($"The demo failed: {exception.Message}");
    return ExitCode.PromiseBroken;
}

// Instead of ending at once: the workers and the schema have to go first.
void StopGently(PosixSignalContext context)
{
    context.Cancel = true;
    stoppedBy ??= context.Signal;
    stop.Cancel();
}
