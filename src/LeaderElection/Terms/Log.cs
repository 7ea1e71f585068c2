using Microsoft.Extensions.Logging;

namespace LeaderElection;

// Event ids are a contract: never reused, never renumbered.
internal static partial class Log
{
    [LoggerMessage(1010, LogLevel.Error,
        "A callback or the work of term {FencingToken} in election '{ElectionName}' threw.")]
    public static partial void UserCodeFailed(
        ILogger logger, string electionName, long fencingToken, Exception exception);

    [LoggerMessage(1011, LogLevel.Error,
        "A handler of LeadershipChanged ({Reason}) of election '{ElectionName}' threw.")]
    public static partial void HandlerFailed(
        ILogger logger, string electionName, LeadershipChangeReason reason, Exception exception);

    [LoggerMessage(1012, LogLevel.Warning,
        "Handlers of LeadershipChanged of election '{ElectionName}' still run; the stop does not wait for them.")]
    public static partial void HandlersOutlastStop(ILogger logger, string electionName);

    [LoggerMessage(1016, LogLevel.Warning,
        "Work of term {FencingToken} in election '{ElectionName}' still runs although the term is over: this instance "
        + "does not run for office until it has ended.")]
    public static partial void LastTermIsBusy(ILogger logger, string electionName, long fencingToken);

    [LoggerMessage(1020, LogLevel.Information,
        "'{InstanceId}' stands by in election '{ElectionName}'; the leader is '{Leader}', term {FencingToken}.")]
    public static partial void StandsBy(
        ILogger logger, string electionName, string instanceId, string leader, long fencingToken);

    [LoggerMessage(1023, LogLevel.Error,
        "The work of election '{ElectionName}' threw in term {FencingToken} (failure {InARow} in a row): leadership is "
        + "given away. This instance does not run for office in the next {Seconds:0.0} s.")]
    public static partial void WorkFailed(
        ILogger logger, string electionName, long fencingToken, int inARow, double seconds, Exception exception);

    [LoggerMessage(1024, LogLevel.Warning,
        "Nobody has taken up the work of election '{ElectionName}' that failed: this instance stands aside until "
        + "RunAsLeaderAsync is called again.")]
    public static partial void WorkIsMissing(ILogger logger, string electionName);
}
