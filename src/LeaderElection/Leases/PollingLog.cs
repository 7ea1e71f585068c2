namespace LeaderElection;

/// <summary>Says once that a follower has to poll, and once that it need not any more. Used by the loop
/// alone.</summary>
internal sealed class PollingLog(Surroundings surroundings)
{
    private readonly SaidOnce _polls = new();
    private Countdown? _patience;

    /// <param name="isListening">Whether hints arrive.</param>
    public void Note(bool isListening)
    {
        var options = surroundings.Options;

        // The first LISTEN takes a moment: no reason to say anything yet.
        _patience ??= surroundings.Countdown(2 * options.StoreTimeout);
        if (isListening)
        {
            if (_polls.Over())
                Log.NotificationsWork(surroundings.Logger, options.ElectionName);
        }
        else if (_patience.Value.IsOver && _polls.IsNews())
        {
            Log.PollsWithoutNotifications(surroundings.Logger, options.ElectionName, options.RenewalInterval);
        }
    }
}
