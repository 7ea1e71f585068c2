namespace LeaderElection;

/// <summary>
/// What this instance knows of the lease in its way without believing the store's clock: until when, on its own
/// monotonic clock, it must take the holder for alive. Used by the loop alone.
/// </summary>
/// <remarks>
/// A grant that appeared between two looks is not older than the first of them. If the store's clock ran steadily from
/// that look to this one, what it says is left of the lease is true. If it did not, or there was no such look, the
/// lease may have been granted just now, and lasts for a whole lease.
/// </remarks>
internal sealed class RivalLease(Surroundings surroundings)
{
    private Lease? _lease;
    private long _seenAt;
    private TimeSpan _lasts;

    /// <summary>The lease last seen, when it has run out by this instance's own clock; else null.</summary>
    public Lease? Outlived => Remaining == TimeSpan.Zero ? _lease : null;

    /// <summary>Zero when the lease has run out, or none was seen.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_lease is null)
                return TimeSpan.Zero;
            var remaining = _lasts - surroundings.Clock.GetElapsedTime(_seenAt);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <param name="lease">As the store has just told.</param>
    /// <param name="clockWasSteady">Whether the store's clock ran steadily since the look before.</param>
    public void Note(Lease lease, bool clockWasSteady)
    {
        var isSameGrant = _lease?.FencingToken == lease.FencingToken && _lease.ExpiresAt == lease.ExpiresAt;
        if (isSameGrant)
            return;

        _lease = lease;
        _seenAt = surroundings.Clock.GetTimestamp();
        _lasts = clockWasSteady && lease.Remaining > TimeSpan.Zero
            ? lease.Remaining
            : surroundings.Options.LeaseDuration;
    }
}
