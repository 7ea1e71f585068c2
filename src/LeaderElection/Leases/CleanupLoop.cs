using System.Runtime.CompilerServices;

namespace LeaderElection;

/// <summary>
/// Deletes leases that ran out long ago, once per interval and store in this process, however many electors share the
/// store. Apart from the election loops, so that a slow deletion delays no renewal. Safe to use from any thread.
/// </summary>
/// <remarks>
/// Invariants. It runs while there are members, once. Between two deletions it holds on to nothing of any of them but
/// the clock, and sleeps on the clock of a living one; each deletion is made in the name of a member, which is none any
/// longer only when that has ended.
/// </remarks>
internal sealed class CleanupLoop
{
    // Long enough for a late renewal or a look at the table; a row in the way costs nobody anything.
    private static readonly TimeSpan ExpiredFor = TimeSpan.FromSeconds(5);
    private static readonly ConditionalWeakTable<ILeaseStore, CleanupLoop> Loops = [];

    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly CleanupDuty _duty = new();

    // Of the loop while it runs; null while it does not.
    private TimeProvider? _clock;
    private Alarm? _alarm;
    private CleanupMember? _inUse;

    // Made by the first that waits for it.
    private TaskCompletionSource? _useEnded;

    public static CleanupLoop Of(ILeaseStore store) => Loops.GetValue(store, static _ => new CleanupLoop());

    /// <summary>Returns at once; nothing is deleted on the caller's thread. Does nothing when it has left.</summary>
    public void Join(CleanupMember member)
    {
        Alarm? alarm;
        bool isHastier;
        lock (_gate)
        {
            if (member.HasLeft)
                return;
            isHastier = _duty.Add(member);
            alarm = _alarm;
            if (alarm is null)
                UseClockOf(member);
        }

        var clock = member.Surroundings.Clock;
        if (alarm is null)
            OffLoop.Run(clock, () => _ = RunAsync());
        else if (isHastier)
            OffLoop.Run(clock, alarm.Ring);
    }

    /// <summary>Completes when nothing is done in its name any more: at the end of the deletion under way if that is.
    /// Never fails.</summary>
    public Task LeaveAsync(CleanupMember member)
    {
        Alarm? alarm;
        Task ended;
        lock (_gate)
        {
            member.HasLeft = true;
            _duty.Remove(member);
            ended = _inUse == member ? (_useEnded ??= new TaskCompletionSource()).Task : Task.CompletedTask;
            alarm = _duty.Member?.Surroundings.Clock == _clock ? null : _alarm;
        }

        // The loop has no clock any more that it could sleep on.
        alarm?.Ring();
        return ended;
    }

    private async Task RunAsync()
    {
        while (await PauseAsync().ConfigureAwait(false))
            await CleanAsync().ConfigureAwait(false);
    }

    /// <summary>Begins anew when somebody joins who wants it more often. False when nobody wants it any more.</summary>
    private async Task<bool> PauseAsync()
    {
        CleanupPace? pace = null;
        TimeProvider? clock = null;
        var pause = default(Countdown);
        while (true)
        {
            Alarm alarm;
            lock (_gate)
            {
                if (!TryFollowClock())
                    return false;
                alarm = _alarm!;
                if (_duty.Pace != pace || _clock != clock)
                {
                    (pace, clock) = (_duty.Pace!, _clock!);
                    var length = _duty.Member!.Surroundings.Jitter.Around(pace.Interval, pace.JitterRange);
                    pause = Countdown.Of(clock, length);
                }
            }

            var left = pause.Left;
            if (left == TimeSpan.Zero)
                return true;
            await alarm.SleepAsync(left).ConfigureAwait(false);
        }
    }

    private async Task CleanAsync()
    {
        CleanupMember member;
        TimeSpan tolerance;
        lock (_gate)
        {
            if (_duty.Member is not { } living)
                return;
            _inUse = member = living;
            tolerance = _duty.Tolerance;
        }

        try
        {
            await DeleteAsync(member, ExpiredFor + tolerance).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.LoopFailed(member.Surroundings.Logger, member.Surroundings.ElectionName, exception);
        }

        EndUse(member);
    }

    private void EndUse(CleanupMember member)
    {
        TaskCompletionSource? ended;
        lock (_gate)
        {
            ended = _useEnded;
            (_inUse, _useEnded) = (null, null);
        }

        // Whoever waits for its elector to stop goes on with code of his own.
        if (ended is not null)
            OffLoop.Run(member.Surroundings.Clock, ended.SetResult);
    }

    private static async Task DeleteAsync(CleanupMember member, TimeSpan expiredFor)
    {
        var surroundings = member.Surroundings;
        var (deleted, error, _) = await member.Attempts.DeleteExpiredAsync(expiredFor).ConfigureAwait(false);
        if (error is not null)
        {
            Log.CleanupFailed(surroundings.Logger, surroundings.ElectionName, Problem.In(error));
            Log.FailureDetails(
                surroundings.Logger, surroundings.ElectionName, Terminology.TextOf(Operation.Delete), error);
        }
        else if (deleted > 0)
        {
            Log.CleanedUp(surroundings.Logger, deleted);
        }
    }

    /// <summary>False when nobody is left, and whoever joins next starts the loop anew.</summary>
    private bool TryFollowClock()
    {
        if (_duty.Member is not { } member)
        {
            (_clock, _alarm) = (null, null);
            return false;
        }

        if (member.Surroundings.Clock != _clock)
            UseClockOf(member);
        return true;
    }

    private void UseClockOf(CleanupMember member)
    {
        _clock = member.Surroundings.Clock;
        _alarm = new Alarm(_clock);
    }
}
