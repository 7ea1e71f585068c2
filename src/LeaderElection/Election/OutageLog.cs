using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Says once that attempts fail, then rarely, and once that they succeed again. Written by the loop alone; anyone may
/// ask for the status.
/// </summary>
internal sealed class OutageLog(ILogger logger, string electionName, TimeProvider clock)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private volatile Outage? _current;
    private volatile FailedAttempt? _lastFailure;
    private Moment _lastSaid;
    private int _failures;
    private string? _lastMessage;

    /// <summary>Null while attempts succeed.</summary>
    public TimeSpan? Duration => _current?.Began.Elapsed(clock);

    public FailedAttempt? LastFailure => _lastFailure;

    public void Failed(string operation, Exception? error)
    {
        _failures++;
        _current ??= new Outage(Moment.Now(clock));
        _lastFailure = new FailedAttempt(clock.GetUtcNow(), operation, error?.Message ?? "No answer.");

        // What someone has to mend is said anew when it changes; a passing fault is not.
        var isNews = _failures == 1 || (error is LeaseStoreException && error.Message != _lastMessage);
        if (!isNews && _lastSaid.Elapsed(clock) < Silence)
            return;

        _lastSaid = Moment.Now(clock);
        _lastMessage = error?.Message;
        if (error is LeaseStoreException)
            Log.StoreMisconfigured(logger, electionName, operation, error.Message);
        else
            Log.AttemptFailed(logger, electionName, operation, _failures, error);
    }

    public void Ended()
    {
        if (_current is { } outage)
            Log.StoreAnswersAgain(logger, electionName, _failures, outage.Began.Elapsed(clock));
        _current = null;
        _failures = 0;
    }

    private sealed record Outage(Moment Began);
}
