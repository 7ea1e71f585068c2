using Microsoft.Extensions.Logging;

namespace LeaderElection;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "'{InstanceId}' leads election '{ElectionName}': term {FencingToken}.")]
    public static partial void Acquired(ILogger logger, string electionName, string instanceId, long fencingToken);

    [LoggerMessage(1002, LogLevel.Information, "Term {FencingToken} of election '{ElectionName}' is over: {Reason}.")]
    public static partial void TermEnded(
        ILogger logger, string electionName, long fencingToken, LeadershipChangeReason reason);

    [LoggerMessage(1003, LogLevel.Warning,
        "Attempt to {Operation} in election '{ElectionName}' got no usable answer ({Failures} in a row); trying again: "
        + "{Problem}")]
    public static partial void AttemptFailed(
        ILogger logger, string electionName, string operation, int failures, string problem);

    [LoggerMessage(1004, LogLevel.Information,
        "The store of election '{ElectionName}' answers again after {Failures} failed attempts in {Duration}.")]
    public static partial void StoreAnswersAgain(ILogger logger, string electionName, int failures, TimeSpan duration);

    [LoggerMessage(1005, LogLevel.Error,
        "The store of election '{ElectionName}' cannot {Operation} as things are, somebody has to act: {Problem} The "
        + "elector asks again now and then and goes on by itself once it can.")]
    public static partial void StoreMisconfigured(
        ILogger logger, string electionName, string operation, string problem);

    [LoggerMessage(1006, LogLevel.Warning,
        "Work of term {FencingToken} in election '{ElectionName}' still runs {Duration} after it was told to stop. The "
        + "lease is not given away but runs out by itself.")]
    public static partial void WorkOutlastsDrain(
        ILogger logger, string electionName, long fencingToken, TimeSpan duration);

    [LoggerMessage(1007, LogLevel.Warning,
        "Term {FencingToken} of election '{ElectionName}' could not be released; its lease runs out by itself.")]
    public static partial void ReleaseFailed(
        ILogger logger, string electionName, long fencingToken, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning,
        "Election '{ElectionName}' gets no notifications and polls every {Interval}: hand-over takes that long.")]
    public static partial void PollsWithoutNotifications(ILogger logger, string electionName, TimeSpan interval);

    [LoggerMessage(1009, LogLevel.Information, "Election '{ElectionName}' gets notifications.")]
    public static partial void NotificationsWork(ILogger logger, string electionName);

    [LoggerMessage(1013, LogLevel.Debug, "Deleted {Count} leases that ran out.")]
    public static partial void CleanedUp(ILogger logger, int count);

    [LoggerMessage(1014, LogLevel.Warning,
        "Leases that ran out could not be deleted (election '{ElectionName}'); trying again later: {Problem}")]
    public static partial void CleanupFailed(ILogger logger, string electionName, string problem);

    [LoggerMessage(1015, LogLevel.Error,
        "The loop of election '{ElectionName}' met an unforeseen error and goes on. Please report it.")]
    public static partial void LoopFailed(ILogger logger, string electionName, Exception exception);

    [LoggerMessage(1017, LogLevel.Warning,
        "The clock of the store of election '{ElectionName}' jumped by {Jump} against this machine's between two "
        + "renewals. Set the database's clock by slewing, or set ClockJumpTolerance.")]
    public static partial void StoreClockJumped(ILogger logger, string electionName, TimeSpan jump);

    [LoggerMessage(1018, LogLevel.Debug, "What the attempt to {Operation} in election '{ElectionName}' met.")]
    public static partial void FailureDetails(
        ILogger logger, string electionName, string operation, Exception? exception);

    [LoggerMessage(1021, LogLevel.Information, "Options of election '{ElectionName}': {Options}.")]
    public static partial void EffectiveOptions(ILogger logger, string electionName, OptionsReport options);
}
