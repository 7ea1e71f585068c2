using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Says once that attempts fail, then rarely, and once that they succeed again. Written by the loop alone; anyone may
/// ask for the status.
/// </summary>
internal sealed class OutageLog(ILogger logger, string electionName, TimeProvider clock)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    // Nothing changes before somebody has acted.
    private static readonly TimeSpan SilenceUntilMended = TimeSpan.FromMinutes(10);

    private volatile Outage? _current;
    private volatile FailedAttempt? _lastFailure;
    private Moment _lastSaid;
    private int _failures;
    private string? _toMend;

    /// <summary>Null while attempts succeed.</summary>
    public TimeSpan? Duration => _current?.Began.Elapsed(clock);

    public FailedAttempt? LastFailure => _lastFailure;

    public void Failed(string operation, Exception? error)
    {
        _failures++;
        _current ??= new Outage(Moment.Now(clock));
        var problem = Problem.In(error);
        _lastFailure = new FailedAttempt(clock.GetUtcNow(), operation, problem);
        Log.FailureDetails(logger, electionName, operation, error);

        // What somebody has to mend is said anew when it changes; a passing fault is not.
        var isToMend = error is LeaseStoreException;
        var isNews = _failures == 1 || (isToMend && problem != _toMend);
        if (!isNews && _lastSaid.Elapsed(clock) < (isToMend ? SilenceUntilMended : Silence))
            return;

        _lastSaid = Moment.Now(clock);
        _toMend = isToMend ? problem : _toMend;
        if (isToMend)
            Log.StoreMisconfigured(logger, electionName, operation, problem);
        else
            Log.AttemptFailed(logger, electionName, operation, _failures, problem);
    }

    public void Ended()
    {
        if (_current is { } outage)
            Log.StoreAnswersAgain(logger, electionName, _failures, outage.Began.Elapsed(clock));
        _current = null;
        _failures = 0;
        _toMend = null;
    }

    private sealed record Outage(Moment Began);
}
