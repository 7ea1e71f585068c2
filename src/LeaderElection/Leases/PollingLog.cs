using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>Says once that a follower has to poll, and once that it need not any more. Used by the loop
/// alone.</summary>
internal sealed class PollingLog(ILogger logger, LeaderElectionOptions options, TimeProvider clock)
{
    private Moment? _began;
    private bool _said;

    public bool IsNeeded(bool isListening)
    {
        _began ??= Moment.Now(clock);
        if (isListening && _said)
            Log.NotificationsWork(logger, options.ElectionName);

        // The first LISTEN takes a moment: no reason to say anything yet.
        if (!isListening && !_said && _began.Value.Elapsed(clock) > 2 * options.StoreTimeout)
        {
            Log.PollsWithoutNotifications(logger, options.ElectionName, options.RenewalInterval);
            _said = true;
        }

        _said &= !isListening;
        return !isListening;
    }
}
