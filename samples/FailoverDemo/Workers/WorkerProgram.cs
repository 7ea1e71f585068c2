using System.Runtime.InteropServices;
using LeaderElection;
using LeaderElection.Postgres;

namespace FailoverDemo;

/// <summary>One worker: an elector with work that needs leadership. Its input says when to stop.</summary>
internal static class WorkerProgram
{
    /// <summary>What it says when it contends.</summary>
    public const string Ready = "ready";

    /// <summary>What it is told when it is to stop.</summary>
    public const string Stop = "stop";

    public static async Task<int> RunAsync(WorkerCommand command, string connectionString)
    {
        // Ctrl+C goes to every process of the terminal: the demo decides what becomes of its workers.
        using var interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, static context => context.Cancel = true);

        await using var store = new PostgresLeaseStore(
            connectionString, new PostgresLeaseOptions { Schema = command.Schema });
        await using var elector = new LeaseElector(store, new LeaderElectionOptions
        {
            ElectionName = WorkerCommand.ElectionName,
            InstanceId = command.Name,
            LeaseDuration = WorkerCommand.LeaseDuration,
        });
        using var sampler = new BeliefSampler(elector);

        await elector.StartAsync();
        var work = elector.RunAsLeaderAsync(WorkAsync, CancellationToken.None);
        Console.WriteLine(Ready);
        if (await NextLineAsync() != Stop)
        {
            // The demo is gone: leave as abruptly as it did.
            Environment.Exit(ExitCode.Abandoned);
        }

        await elector.StopAsync();
        await work;
        return ExitCode.AllWell;
    }

    // What a real app does here is up to it, as long as it ends when it is told to.
    private static async Task WorkAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Told that the term is over.
        }
    }

    // On a thread of its own: reading the console blocks, and a blocked thread of the pool would slow the elector down
    // on a small machine.
    private static Task<string?> NextLineAsync()
    {
        var line = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => line.SetResult(Console.In.ReadLine())) { IsBackground = true, Name = "input" }.Start();
        return line.Task;
    }
}
