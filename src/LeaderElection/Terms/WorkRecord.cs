namespace LeaderElection;

/// <summary>
/// Whether the work that an instance leads for can be done here. Work that fails makes its instance stand aside, for
/// twice as long with every term in a row in which some failed, and until whoever did it is back. Safe to use from any
/// thread.
/// </summary>
/// <param name="whole">How long a term lasts without a renewal: the first back-off.</param>
/// <param name="clock">This machine's clock.</param>
/// <param name="jitter">Spreads the back-offs.</param>
internal sealed class WorkRecord(TimeSpan whole, TimeProvider clock, Jitter jitter)
{
    // Guards everything below.
    private readonly Lock _gate = new();
    private Moment _termBegan;
    private long _failedToken;
    private Failure? _failure;
    private int _missing;

    private static TimeSpan FiveMinutes => TimeSpan.FromMinutes(5);

    private TimeSpan LongestBackOff => whole > FiveMinutes ? whole : FiveMinutes;

    /// <summary>Null unless the instance stands aside.</summary>
    public WorkFailure? Current
    {
        get
        {
            lock (_gate)
            {
                if (_failure is not { } failure)
                    return null;
                var left = failure.BackOff.Left;
                if (_missing == 0 && left == TimeSpan.Zero)
                    return null;
                return new WorkFailure
                {
                    At = failure.At,
                    Message = failure.Message,
                    InARow = failure.InARow,
                    RetryIn = _missing > 0 ? null : left,
                };
            }
        }
    }

    /// <summary>What is left of the back-off; zero when it is over.</summary>
    public TimeSpan BackOffLeft
    {
        get
        {
            lock (_gate)
                return _failure?.BackOff.Left ?? TimeSpan.Zero;
        }
    }

    /// <summary>Whether some work has failed that nobody has taken up again.</summary>
    public bool IsMissing
    {
        get
        {
            lock (_gate)
                return _missing > 0;
        }
    }

    public void TermBegan()
    {
        lock (_gate)
            _termBegan = Moment.Now(clock);
    }

    /// <summary>A term in which work was done, and none failed, ends the row of failures.</summary>
    public void TermEnded(Term term)
    {
        lock (_gate)
        {
            if (term.HadWork && term.FencingToken != _failedToken)
                _failure = null;
        }
    }

    /// <summary>Work failed in a term.</summary>
    /// <returns>How many terms in a row there are now in which some did, and how long the instance stands
    /// aside.</returns>
    public (int InARow, TimeSpan BackOff) Failed(long fencingToken, Exception exception)
    {
        var message = TextOf(exception);
        lock (_gate)
        {
            var before = _termBegan.Elapsed(clock) > LongestBackOff ? 0 : _failure?.InARow ?? 0;
            var inARow = _failure is not null && fencingToken == _failedToken ? _failure.InARow : before + 1;
            var backOff = jitter.Backoff(inARow, whole, LongestBackOff);
            _failedToken = fencingToken;
            _failure = new Failure(clock.GetUtcNow(), message, inARow, Countdown.Of(clock, backOff));
            return (inARow, backOff);
        }
    }

    public void WorkerFailed()
    {
        lock (_gate)
            _missing++;
    }

    /// <summary>False when none was missing.</summary>
    public bool TryTakeBack()
    {
        lock (_gate)
        {
            if (_missing == 0)
                return false;
            _missing--;
            return true;
        }
    }

    // The exception is a user's, and so is its message.
    private static string TextOf(Exception exception)
    {
        try
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
        catch (Exception)
        {
            return exception.GetType().Name;
        }
    }

    private sealed record Failure(DateTimeOffset At, string Message, int InARow, Countdown BackOff);
}
