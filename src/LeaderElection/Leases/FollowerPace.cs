using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// What a follower makes of an answer: whom it takes for the leader, and after how long it looks again. Used by the loop
/// alone.
/// </summary>
internal sealed class FollowerPace(
    LeaderElectionOptions options, TimeProvider clock, Jitter jitter, OutageLog outage, ElectionView view, ILogger logger)
{
    // Spreads the instances that wake at once, and bounds what that costs at a hand-over.
    private static readonly TimeSpan TakeoverJitter = TimeSpan.FromMilliseconds(15);

    // Timers count whole milliseconds: waking just before the lease runs out would cost a statement for nothing.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly PollingLog _polling = new(logger, options, clock);
    private readonly ContestLog _contest = new(outage, options, clock);
    private readonly LeaseWatch _watch = new(options, clock);
    private int _failures;

    /// <inheritdoc cref="LeaseWatch.Outlived"/>
    public Lease? Outlived => _watch.Outlived;

    /// <summary>The store has answered what could be expected of it.</summary>
    public void NoteAnswer()
    {
        outage.Ended();
        _contest.Ended();
        _failures = 0;
    }

    /// <param name="operation">What was asked, as in logs.</param>
    /// <param name="answer">The answer; none that granted the lease.</param>
    /// <param name="clockWasSteady">Whether the store's clock ran steadily since the answer before.</param>
    /// <param name="abstention">How long this instance will not run for office; zero when it does.</param>
    /// <param name="isListening">Whether hints arrive, so that it need not poll.</param>
    public TimeSpan PauseAfter(
        string operation, LeaseAnswer answer, bool clockWasSteady, TimeSpan abstention, bool isListening)
    {
        switch (answer)
        {
            case { Outcome: LeaseOutcome.HeldByAnother, Lease: { } lease }:
                NoteAnswer();
                _watch.Note(lease, clockWasSteady);
                if (lease.Remaining > TimeSpan.Zero)
                    view.NoteLeader(lease);
                else
                    view.ForgetLeaderWhoseLeaseRanOut();
                return OrUntilPoll(PauseBeside(lease), isListening);

            case { Outcome: LeaseOutcome.HeldByAnother, Wait: { } wait }:
                NoteAnswer();
                view.ForgetLeaderWhoseLeaseRanOut();
                return OrUntilPoll(UntilEndOfLease(wait), isListening);

            case { Outcome: LeaseOutcome.HeldByAnother } when abstention > TimeSpan.Zero:
                NoteAnswer();
                view.ForgetLeader();
                return OrUntilPoll(abstention, isListening);

            case { Outcome: LeaseOutcome.HeldByAnother }:
                view.ForgetLeaderWhoseLeaseRanOut();
                _contest.GoesOn();
                return jitter.Backoff(++_failures, TakeoverJitter, options.RenewalInterval);

            default:
                view.ForgetLeaderWhoseLeaseRanOut();
                outage.Failed(operation, answer.Error);
                return jitter.Backoff(++_failures, FirstRetry, options.RenewalInterval);
        }
    }

    // One that looks expired is in the way until this instance has seen it to its end itself.
    private TimeSpan PauseBeside(Lease lease) =>
        UntilEndOfLease(lease.Remaining > TimeSpan.Zero ? lease.Remaining : _watch.Remaining);

    /// <summary>Bounded by this instance's own lease: after that a look does no harm, whatever the other one asked
    /// for.</summary>
    private TimeSpan UntilEndOfLease(TimeSpan remaining) =>
        (remaining < options.LeaseDuration ? remaining : options.LeaseDuration) + TimerGrain
        + jitter.UpTo(TakeoverJitter);

    private TimeSpan OrUntilPoll(TimeSpan pause, bool isListening)
    {
        if (!_polling.IsNeeded(isListening))
            return pause;
        var poll = jitter.Around(options.RenewalInterval, options.JitterRange);
        return poll < pause ? poll : pause;
    }
}
