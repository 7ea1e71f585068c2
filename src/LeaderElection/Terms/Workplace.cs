using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>Where the work of an elector's terms is done: runs users' code aside, and takes note of how it ends. Safe
/// to use from any thread.</summary>
/// <param name="electionName">The election, for the log.</param>
/// <param name="record">Whether work can be done here.</param>
/// <param name="telemetry">Told of failures.</param>
/// <param name="clock">This machine's clock; decides where users' code runs.</param>
/// <param name="ring">Wakes the elector's loop.</param>
/// <param name="logger">The elector's log.</param>
internal sealed class Workplace(
    string electionName, WorkRecord record, ElectionTelemetry telemetry, TimeProvider clock, Action ring,
    ILogger logger)
    : ITermHolder, IWorkplace
{
    /// <summary>What has to be there when the next term ends, however busy the process is then.</summary>
    public void Prepare()
    {
        record.TermBegan();
        if (clock == TimeProvider.System)
            ReadyThreads.OfTheProcess.KeepOneReady();
    }

    public void OnWorkerCame()
    {
        if (record.TryTakeBack())
            ring();
    }

    public void OnWorkerFailed() => record.WorkerFailed();

    // Callbacks that block are to starve nobody. Simulated time has one thread, on which all happens in order.
    public void RunAside(Action errand)
    {
        if (clock == TimeProvider.System)
            ReadyThreads.OfTheProcess.Run(errand);
        else
            OffLoop.Run(clock, errand);
    }

    public void OnWorkEnded() => ring();

    public void OnUserCodeFailed(Term term, Exception exception) =>
        Log.UserCodeFailed(logger, electionName, term.FencingToken, exception);

    public void OnWorkFailed(Term term, Exception exception)
    {
        var (inARow, backOff) = record.Failed(term.FencingToken, exception);
        telemetry.WorkFailed();
        Log.WorkFailed(logger, electionName, term.FencingToken, inARow, backOff.TotalSeconds, exception);
    }
}
