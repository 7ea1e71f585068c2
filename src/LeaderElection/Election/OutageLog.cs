using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>Says once that attempts fail, then rarely, and once that they succeed again. Used by the loop
/// alone.</summary>
internal sealed class OutageLog(ILogger logger, string electionName, TimeProvider clock)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private Moment _began;
    private Moment _lastSaid;
    private int _failures;
    private string? _lastMessage;

    public void Failed(string operation, Exception? error)
    {
        _failures++;
        if (_failures == 1)
            _began = Moment.Now(clock);

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
        if (_failures > 0)
            Log.StoreAnswersAgain(logger, electionName, _failures, _began.Elapsed(clock));
        _failures = 0;
    }
}
