namespace LeaderElection;

/// <summary>
/// Holds the store's clock against this machine's monotonic one, from one answer to the next. Used by the loop alone.
/// </summary>
internal sealed class StoreClock(LeaderElectionOptions options, TimeProvider clock)
{
    private Reading? _last;

    /// <summary>
    /// How far the store's clock jumped since the answer before, ahead or back; zero when it went on as this machine's
    /// did, give or take half a safety margin; null when no answer is recent enough to compare with.
    /// </summary>
    /// <param name="storeTime">What the store's clock showed when it answered.</param>
    /// <param name="sent">When this instance asked.</param>
    public TimeSpan? Note(DateTimeOffset storeTime, Moment sent)
    {
        var before = _last;
        var now = new Reading(storeTime, sent.Monotonic, clock.GetTimestamp());
        _last = now;
        if (before is null || clock.GetElapsedTime(before.Sent, now.Answered) > 2 * options.LeaseDuration)
            return null;

        // Each reading was taken somewhere between question and answer.
        var shortest = clock.GetElapsedTime(before.Answered, now.Sent);
        var longest = clock.GetElapsedTime(before.Sent, now.Answered);
        var passed = now.StoreTime - before.StoreTime;
        var jump = passed > longest ? passed - longest : passed < shortest ? passed - shortest : TimeSpan.Zero;
        return jump.Duration() > options.SafetyMargin / 2 ? jump : TimeSpan.Zero;
    }

    private sealed record Reading(DateTimeOffset StoreTime, long Sent, long Answered);
}
