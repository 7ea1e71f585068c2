namespace LeaderElection;

/// <summary>
/// Holds the store's clock against this machine's monotonic one, from one answer to the next. Used by the loop alone.
/// </summary>
internal sealed class StoreClock(Surroundings surroundings)
{
    private readonly TimeProvider _clock = surroundings.Clock;
    private Reading? _last;

    /// <summary>What has happened to the store's clock since the answer before; null when no answer is recent enough
    /// to compare with.</summary>
    /// <param name="storeTime">What the store's clock showed when it answered.</param>
    /// <param name="sent">When this instance asked.</param>
    public ClockComparison? Note(DateTimeOffset storeTime, Moment sent)
    {
        var before = _last;
        var now = new Reading(storeTime, sent.Monotonic, _clock.GetTimestamp());
        _last = now;
        if (before is null || _clock.GetElapsedTime(before.Sent, now.Answered) > 2 * surroundings.Options.LeaseDuration)
            return null;

        // Each reading was taken somewhere between question and answer.
        return ClockComparison.Of(
            passedThere: now.StoreTime - before.StoreTime,
            shortest: _clock.GetElapsedTime(before.Answered, now.Sent),
            longest: _clock.GetElapsedTime(before.Sent, now.Answered),
            tolerated: surroundings.Options.SafetyMargin / 2);
    }

    private sealed record Reading(DateTimeOffset StoreTime, long Sent, long Answered);
}
