using System.Runtime.InteropServices;
using FailoverDemo;
using LeaderElection.Testing;

// Three processes, one Postgres, three ways to lose a leader. Exit code 0 only if every promise was kept.
using var stop = new CancellationTokenSource();
PosixSignal? stoppedBy = null;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopGently);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopGently);
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, StopGently);

using var screen = Screen.Create();
try
{
    await using var server = await PostgresServer.StartAsync(stop.Token);
    screen.Say($"Postgres: {server.Description}.");
    await using var database = await server.CreateDatabaseAsync(stop.Token);
    await using var workers = new Workers(database);
    await using var row = await LeaseMonitor.StartAsync(database, workers.ElectionName, stop.Token);

    var story = new Story(workers, row, screen);
    await screen.WatchAsync(workers, row, () => story.TellAsync(stop.Token));
    return screen.Conclude(story.Verdict) ? ExitCode.AllWell : ExitCode.PromiseBroken;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    screen.Say("Stopped.");
    return stoppedBy == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated;
}
catch (PostgresNotFoundException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCode.NoPostgres;
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync($"The demo failed: {exception.Message}");
    return ExitCode.PromiseBroken;
}

// Instead of ending at once: the workers and the cluster have to go first.
void StopGently(PosixSignalContext context)
{
    context.Cancel = true;
    stoppedBy ??= context.Signal;
    stop.Cancel();
}
