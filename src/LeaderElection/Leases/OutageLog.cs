using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Says once that attempts fail, then rarely, and once that they succeed again. Written by the loop alone; anyone may
/// ask for the status.
/// </summary>
internal sealed class OutageLog(Surroundings surroundings)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    // Nothing changes before somebody has acted.
    private static readonly TimeSpan SilenceUntilMended = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = surroundings.Logger;
    private readonly string _electionName = surroundings.ElectionName;
    private readonly TimeProvider _clock = surroundings.Clock;

    private volatile Outage? _current;
    private volatile FailedAttempt? _lastFailure;
    private Moment _lastSaid;
    private int _failures;
    private string? _toMend;

    /// <summary>Null while attempts succeed.</summary>
    public TimeSpan? Duration => _current?.Began.Elapsed(_clock);

    public FailedAttempt? LastFailure => _lastFailure;

    public void Failed(Operation operation, Exception error)
    {
        var name = Terminology.TextOf(operation);
        _failures++;
        _current ??= new Outage(Moment.Now(_clock));
        var problem = Problem.In(error);
        _lastFailure = new FailedAttempt { At = _clock.GetUtcNow(), Operation = name, Message = problem };
        Log.FailureDetails(_logger, _electionName, name, error);

        // What somebody has to mend is said anew when it changes; a passing fault is not.
        var isToMend = error is LeaseStoreException;
        var isNews = _failures == 1 || (isToMend && problem != _toMend);
        if (!isNews && _lastSaid.Elapsed(_clock) < (isToMend ? SilenceUntilMended : Silence))
            return;

        _lastSaid = Moment.Now(_clock);
        _toMend = isToMend ? problem : _toMend;
        if (isToMend)
            Log.StoreMisconfigured(_logger, _electionName, name, problem);
        else
            Log.AttemptFailed(_logger, _electionName, name, _failures, problem);
    }

    public void Ended()
    {
        if (_current is { } outage)
            Log.StoreAnswersAgain(_logger, _electionName, _failures, outage.Began.Elapsed(_clock));
        _current = null;
        _failures = 0;
        _toMend = null;
    }

    private sealed record Outage(Moment Began);
}
