namespace LeaderElection;

/// <summary>The hints of the store that reach a follower. Used by the loop alone, but for what the store
/// calls.</summary>
internal sealed class LeaseHints(ILeaseStore store, Surroundings surroundings, ElectionView view, Alarm alarm)
{
    // Spreads the instances that wake at once, and bounds what that costs at a hand-over.
    private static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(3);

    private ILeaseSubscription? _subscription;

    // Written by anyone, read by the loop, which is rung for it.
    private volatile bool _hinted;

    /// <summary>Whether hints arrive, so that the follower need not poll.</summary>
    public bool AreArriving => _subscription is { IsListening: true };

    /// <summary>Does nothing when called again.</summary>
    public void Subscribe() => _subscription ??= store.Subscribe(surroundings.ElectionName, OnHint);

    /// <summary>Hints that come while this waits are answered by the same look.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> CollectAsync(Func<bool> isCutShort)
    {
        if (!_hinted)
            return false;
        view.NoteHint();
        var pause = surroundings.Countdown(surroundings.Jitter.UpTo(Spread));
        while (!isCutShort() && pause.Left is var left && left > TimeSpan.Zero)
            await alarm.SleepAsync(left).ConfigureAwait(false);
        _hinted = false;
        return true;
    }

    /// <summary>Never throws.</summary>
    public void Unsubscribe()
    {
        try
        {
            _subscription?.Dispose();
        }
        catch (Exception exception)
        {
            Log.LoopFailed(surroundings.Logger, surroundings.ElectionName, exception);
        }
    }

    private void OnHint()
    {
        // A leader has nothing to learn from hints, least of all from its own.
        if (view.TermInProgress is not null)
            return;
        _hinted = true;
        alarm.Ring();
    }
}
