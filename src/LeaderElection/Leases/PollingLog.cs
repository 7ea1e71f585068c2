namespace LeaderElection;

/// <summary>Says once that a follower has to poll, and once that it need not any more. Used by the loop
/// alone.</summary>
internal sealed class PollingLog(Surroundings surroundings)
{
    private Countdown? _patience;
    private bool _said;

    /// <param name="isListening">Whether hints arrive.</param>
    public void Note(bool isListening)
    {
        var options = surroundings.Options;
        if (isListening && _said)
            Log.NotificationsWork(surroundings.Logger, options.ElectionName);

        // The first LISTEN takes a moment: no reason to say anything yet.
        _patience ??= surroundings.Countdown(2 * options.StoreTimeout);
        if (!isListening && !_said && _patience.Value.IsOver)
        {
            Log.PollsWithoutNotifications(surroundings.Logger, options.ElectionName, options.RenewalInterval);
            _said = true;
        }

        _said &= !isListening;
    }
}
