using Microsoft.Extensions.Logging;

namespace LeaderElection.Postgres;

/// <summary>
/// What follows when listening has ended: how long to wait before the next connection, and what is said of it, once an
/// outage. Used by the listener's loop alone.
/// </summary>
internal sealed class ListenOutage(ILogger logger)
{
    // All processes lose the server at the same moment. A thousand that come back at once would be the next outage;
    // until they listen again followers poll.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    // A server that lets this role not in counts its failures, and may lock it out.
    private static readonly TimeSpan LongestRetryUntilMended = TimeSpan.FromSeconds(30);

    // A pooler in transaction mode, or a server without LISTEN, will be the same in a second.
    private static readonly TimeSpan RetryOfTheHopeless = TimeSpan.FromMinutes(10);

    private readonly SaidOnce<string> _outage = new();
    private readonly SaidOnce _idleSessionsEnd = new();
    private TimeSpan _retry = FirstRetry;
    private long? _listeningSince;

    /// <summary>It listens.</summary>
    public void Ended()
    {
        _listeningSince ??= TimeProvider.System.GetTimestamp();
        _outage.Over();
    }

    /// <summary>Somebody knows that another server answers.</summary>
    public TimeSpan ToldToReconnect()
    {
        _listeningSince = null;
        return PauseAtFirst();
    }

    public TimeSpan NothingArrives(TimeSpan waited)
    {
        if (_outage.IsNews(nameof(Log.NothingArrives)))
            Log.NothingArrives(logger, waited, RetryOfTheHopeless);
        return PauseFor(RetryOfTheHopeless);
    }

    public TimeSpan Failed(Exception exception)
    {
        var wasListening = _listeningSince;
        _listeningSince = null;
        Log.ListenFailure(logger, exception);
        Say(exception, wasListening is not null);

        // One that ends as soon as it began is no success.
        if (wasListening is { } since && TimeProvider.System.GetElapsedTime(since) >= LongestRetry)
            return PauseAtFirst();
        if (PostgresErrors.IsUnsupported(exception))
            return PauseFor(RetryOfTheHopeless);
        var longest = PostgresErrors.IsMisconfiguration(exception) ? LongestRetryUntilMended : LongestRetry;
        return PauseFor(2 * _retry < longest ? 2 * _retry : longest);
    }

    private TimeSpan PauseAtFirst()
    {
        _retry = FirstRetry;
        return FirstRetry * Random.Shared.NextDouble();
    }

    private TimeSpan PauseFor(TimeSpan retry)
    {
        _retry = retry;
        return retry * (1 + Random.Shared.NextDouble()) / 2;
    }

    private void Say(Exception exception, bool wasListening)
    {
        if (PostgresErrors.IsEndedWhileIdle(exception))
        {
            if (_idleSessionsEnd.IsNews())
                Log.IdleSessionsEnd(logger);
            return;
        }

        // What commands meet, too, the elector says.
        var isSaidByElector = PostgresErrors.IsUnreachable(exception)
            || (PostgresErrors.IsMisconfiguration(exception) && !PostgresErrors.IsUnsupported(exception));
        if ((wasListening || !isSaidByElector) && _outage.IsNews(nameof(Log.ListenFailed)))
            Log.ListenFailed(logger, Problem.In(exception));
    }
}
