namespace LeaderElection;

/// <summary>
/// Tells when others seem to be taking the lease for too long: that takes an instant, so whoever is at it for a whole
/// lease is no contender. Used by the loop alone.
/// </summary>
internal sealed class ContestLog(OutageLog outage, LeaderElectionOptions options, TimeProvider clock)
{
    private Moment? _began;

    public void GoesOn()
    {
        _began ??= Moment.Now(clock);
        if (_began.Value.Elapsed(clock) > options.LeaseDuration)
        {
            outage.Failed("acquire", new LeaseStoreException(
                "Nobody holds the lease, yet for longer than a lease something else has held the lock under which it "
                + $"changes hands (LockId {options.LockId}). End the session that holds it, or set LockId."));
        }
    }

    public void Ended() => _began = null;
}
