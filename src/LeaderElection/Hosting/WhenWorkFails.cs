namespace LeaderElection;

/// <summary>What a <see cref="LeaderBackgroundService"/> does when its work throws while its instance leads. Either way
/// the error is logged and the leadership given away.</summary>
public enum WhenWorkFails
{
    /// <summary>The instance stands aside for a back-off and is then in the race again; the host goes on.</summary>
    TryAgain,

    /// <summary>
    /// The exception reaches the host, which stops, unless <c>BackgroundServiceExceptionBehavior.Ignore</c> is set:
    /// then the host goes on, and this instance stands aside for good.
    /// </summary>
    TellHost,
}
