namespace LeaderElection;

/// <summary>
/// What a follower makes of what it was told: whom it takes for the leader, and after how long it looks again. Used by
/// the loop alone.
/// </summary>
internal sealed class FollowerPace(Surroundings surroundings, OutageLog outage, ElectionView view)
{
    // Spreads the instances that wake at once, and bounds what that costs at a hand-over.
    private static readonly TimeSpan TakeoverJitter = TimeSpan.FromMilliseconds(15);

    // Timers count whole milliseconds: waking just before the lease runs out would cost a statement for nothing.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly LeaderElectionOptions _options = surroundings.Options;
    private readonly Jitter _jitter = surroundings.Jitter;
    private readonly PollingLog _polling = new(surroundings);
    private readonly ContestLog _contest = new(outage, surroundings);
    private readonly RivalLease _rival = new(surroundings);
    private int _failures;

    /// <inheritdoc cref="RivalLease.Outlived"/>
    public Lease? Outlived => _rival.Outlived;

    /// <summary>The store has answered what could be expected of it.</summary>
    public void NoteAnswer()
    {
        outage.Ended();
        _contest.Ended();
        _failures = 0;
    }

    /// <summary>How long to wait after an attempt to acquire.</summary>
    /// <param name="answer">What came of it; not the lease.</param>
    /// <param name="clockWasSteady">Whether the store's clock ran steadily since the answer before.</param>
    /// <param name="isListening">Whether hints arrive, so that it need not poll.</param>
    public TimeSpan PauseAfter(LeaseAnswer answer, bool clockWasSteady, bool isListening)
    {
        switch (answer)
        {
            case LeaseAnswer.HeldByAnother held:
                return PauseBeside(held.Lease, clockWasSteady, isListening);

            case LeaseAnswer.NotYet notYet:
                NoteAnswer();
                view.ForgetLeaderWhoseTimeRanOut();
                return OrUntilPoll(UntilEndOfLease(notYet.Wait), isListening);

            case LeaseAnswer.Unknown unknown:
                return PauseAfterFailure(Operation.Acquire, unknown.Error);

            case LeaseAnswer.BeingTaken:
                view.ForgetLeaderWhoseTimeRanOut();
                _contest.GoesOn();
                return _jitter.Backoff(++_failures, TakeoverJitter, _options.RenewalInterval);

            default:
                return PauseAfterFailure(Operation.Acquire, new InvalidOperationException(
                    $"The store answered {answer.GetType().Name}, which is no answer to an attempt to acquire."));
        }
    }

    /// <summary>How long to wait after a look, by an instance that does not run for office.</summary>
    /// <param name="look">What came of it.</param>
    /// <param name="clockWasSteady">Whether the store's clock ran steadily since the answer before.</param>
    /// <param name="abstention">How long this instance will not run for office.</param>
    /// <param name="isListening">Whether hints arrive, so that it need not poll.</param>
    public TimeSpan PauseAfterLook(Reply<Lease?> look, bool clockWasSteady, TimeSpan abstention, bool isListening)
    {
        if (look.Error is { } error)
            return PauseAfterFailure(Operation.Read, error);
        if (look.Answer is { } lease)
            return PauseBeside(lease, clockWasSteady, isListening);

        NoteAnswer();
        view.ForgetLeader();
        return OrUntilPoll(abstention, isListening);
    }

    private TimeSpan PauseBeside(Lease lease, bool clockWasSteady, bool isListening)
    {
        NoteAnswer();
        _rival.Note(lease, clockWasSteady);
        var isAlive = lease.Remaining > TimeSpan.Zero;
        if (isAlive)
        {
            var leader = new LeaderInfo(lease.InstanceId, lease.FencingToken, lease.Endpoint, lease.AcquiredAt);
            view.NoteLeader(leader, lease.Remaining);
        }
        else
        {
            view.ForgetLeaderWhoseTimeRanOut();
        }

        // One that looks expired is in the way until this instance has seen it to its end itself.
        return OrUntilPoll(UntilEndOfLease(isAlive ? lease.Remaining : _rival.Remaining), isListening);
    }

    private TimeSpan PauseAfterFailure(Operation operation, Exception error)
    {
        view.ForgetLeaderWhoseTimeRanOut();
        outage.Failed(operation, error);
        return _jitter.Backoff(++_failures, FirstRetry, _options.RenewalInterval);
    }

    /// <summary>Bounded by this instance's own lease: after that a look does no harm, whatever the other one asked
    /// for.</summary>
    private TimeSpan UntilEndOfLease(TimeSpan remaining) =>
        (remaining < _options.LeaseDuration ? remaining : _options.LeaseDuration) + TimerGrain
        + _jitter.UpTo(TakeoverJitter);

    private TimeSpan OrUntilPoll(TimeSpan pause, bool isListening)
    {
        _polling.Note(isListening);
        if (isListening)
            return pause;
        var poll = _jitter.Around(_options.RenewalInterval, _options.JitterRange);
        return poll < pause ? poll : pause;
    }
}
