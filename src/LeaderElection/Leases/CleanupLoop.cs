using System.Runtime.CompilerServices;

namespace LeaderElection;

/// <summary>
/// Deletes leases that ran out long ago, once per interval and store in this process, however many electors share the
/// store: one of them is on duty. Apart from the election loop, so that a slow deletion delays no renewal.
/// </summary>
internal sealed class CleanupLoop(ILeaseStore store, StoreAttempts attempts, Surroundings surroundings)
{
    // Long enough for a late renewal or a look at the table; a row in the way costs nobody anything.
    private static readonly TimeSpan ExpiredFor = TimeSpan.FromSeconds(5);
    private static readonly ConditionalWeakTable<ILeaseStore, CleanupDuty> Duties = [];

    private readonly LeaderElectionOptions _options = surroundings.Options;
    private readonly Alarm _alarm = new(surroundings.Clock);
    private readonly TaskCompletionSource _stopRequested = new();

    /// <summary>Runs until stopped; without a timer while another elector is on duty. Never throws.</summary>
    public async Task RunAsync()
    {
        var duty = Duties.GetValue(store, static _ => new CleanupDuty());
        var member = duty.Join(_options, _alarm.Ring);
        try
        {
            await Task.WhenAny(member.OnDuty, _stopRequested.Task).ConfigureAwait(false);
            while (!_stopRequested.Task.IsCompleted)
            {
                await PauseAsync(duty).ConfigureAwait(false);
                if (!_stopRequested.Task.IsCompleted)
                    await CleanAsync(ExpiredFor + duty.Tolerance).ConfigureAwait(false);
            }
        }
        finally
        {
            duty.Leave(member);
        }
    }

    /// <summary>May resume the loop on the caller's thread, so not under a lock.</summary>
    public void RequestStop()
    {
        _stopRequested.TrySetResult();
        _alarm.Ring();
    }

    /// <summary>Begins anew when somebody joins who wants it more often.</summary>
    private async Task PauseAsync(CleanupDuty duty)
    {
        var pace = duty.Pace;
        var pause = surroundings.Countdown(surroundings.Jitter.Around(pace.Interval, pace.JitterRange));
        while (!_stopRequested.Task.IsCompleted && pause.Left is var left && left > TimeSpan.Zero)
        {
            await _alarm.SleepAsync(left).ConfigureAwait(false);
            if (duty.Pace == pace)
                continue;
            pace = duty.Pace;
            pause = surroundings.Countdown(surroundings.Jitter.Around(pace.Interval, pace.JitterRange));
        }
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
