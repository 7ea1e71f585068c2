namespace LeaderElection;

/// <summary>How long nobody led, from one leader to the next, as far as one instance can tell. Used by the loop
/// alone.</summary>
internal sealed class LeaderlessTime(TimeProvider clock)
{
    private Moment? _since;
    private Moment? _hinted;

    /// <summary>From then on nobody led.</summary>
    public void Began(Moment since) => _since = since;

    /// <summary>The lease may have been given away just now.</summary>
    public void Hinted() => _hinted = Moment.Now(clock);

    /// <summary>Somebody leads.</summary>
    /// <param name="lastSeen">The leader before; null when none was known.</param>
    /// <returns>Null when there is nothing to tell it by.</returns>
    public TimeSpan? End(Sighting? lastSeen)
    {
        var since = _since;
        _since = null;
        if (since is not null || lastSeen is null)
            return since?.Elapsed(clock);

        // A leader that died led, for all that is known, to the end of its lease; one that gave it away said so.
        if (lastSeen.PastEnd(clock) is var pastEnd && pastEnd > TimeSpan.Zero)
            return pastEnd;
        return _hinted?.Elapsed(clock) is { } sinceHint && sinceHint <= lastSeen.At.Elapsed(clock) ? sinceHint : null;
    }
}
