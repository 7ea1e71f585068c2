using System.Runtime.CompilerServices;

namespace LeaderElection;

/// <summary>
/// Deletes leases that ran out long ago, once per interval and store in this process, however many electors share the
/// store. Apart from the election loop, so that a slow deletion delays no renewal.
/// </summary>
internal sealed class CleanupLoop(ILeaseStore store, StoreAttempts attempts, Surroundings surroundings)
{
    // Long enough for a late renewal or a look at the table; a row in the way costs nobody anything.
    private static readonly TimeSpan ExpiredFor = TimeSpan.FromSeconds(5);
    private static readonly ConditionalWeakTable<ILeaseStore, CleanupTurn> Turns = [];

    private readonly LeaderElectionOptions _options = surroundings.Options;
    private readonly Alarm _alarm = new(surroundings.Clock);
    private volatile bool _stopRequested;

    /// <summary>Runs until stopped. Never throws.</summary>
    public async Task RunAsync()
    {
        var turn = Turns.GetValue(store, static _ => new CleanupTurn());
        turn.Tolerate(_options.ClockJumpTolerance);
        while (!_stopRequested)
        {
            var pause = surroundings.Jitter.Around(_options.CleanupInterval, _options.JitterRange);
            await _alarm.SleepAsync(pause).ConfigureAwait(false);
            if (!_stopRequested && turn.TryTake(surroundings.Clock, _options.CleanupInterval - _options.JitterRange))
                await CleanAsync(ExpiredFor + turn.Tolerance).ConfigureAwait(false);
        }
    }

    public void RequestStop()
    {
        _stopRequested = true;
        _alarm.Ring();
    }

    private async Task CleanAsync(TimeSpan expiredFor)
    {
        var (deleted, error, _) = await attempts.DeleteExpiredAsync(expiredFor).ConfigureAwait(false);
        if (error is not null)
        {
            Log.CleanupFailed(surroundings.Logger, _options.ElectionName, Problem.In(error));
            Log.FailureDetails(
                surroundings.Logger, _options.ElectionName, Terminology.TextOf(Operation.Delete), error);
        }
        else if (deleted > 0)
        {
            Log.CleanedUp(surroundings.Logger, deleted);
        }
    }
}
