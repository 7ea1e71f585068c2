namespace LeaderElection;

/// <summary>
/// Tells when others seem to be taking the lease for too long: that takes an instant, unless a transaction holds on to
/// the row, so whoever is at it for a whole lease may be no contender. Used by the loop alone.
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
                "Nobody holds the lease, yet for longer than a lease nobody could take it: something else holds the lock "
                + $"under which it changes hands (LockId {options.LockId}), or a transaction the row. If it lasts, end the "
                + "session that does, or set LockId."));
        }
    }

    public void Ended() => _began = null;
}
