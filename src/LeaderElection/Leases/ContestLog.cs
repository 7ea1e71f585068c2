namespace LeaderElection;

/// <summary>
/// Tells when others seem to be taking the lease for too long: that takes an instant, unless a transaction holds on to
/// the row, so whoever is at it for a whole lease may be no contender. Used by the loop alone.
/// </summary>
internal sealed class ContestLog(OutageLog outage, Surroundings surroundings)
{
    private Moment? _began;

    public void GoesOn()
    {
        _began ??= surroundings.Now;
        if (_began.Value.Elapsed(surroundings.Clock) > surroundings.Options.LeaseDuration)
        {
            outage.Failed(Operation.Acquire, new LeaseStoreException(
                "Nobody holds the lease, yet for longer than a lease nobody could take it: something else holds the "
                + $"lock under which it changes hands (LockId {surroundings.Options.LockId}), or a transaction the "
                + "row. If it lasts, end the session that does, or set LockId."));
        }
    }

    public void Ended() => _began = null;
}
