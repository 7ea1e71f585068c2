using System.Numerics;
using System.Runtime.CompilerServices;

namespace LeaderElection;

/// <summary>
/// All that waits for a time, of all elections on one clock, on one timer: who sleeps, and the deadlines of terms. Safe
/// to use from any thread.
/// </summary>
/// <remarks>
/// <para>
/// Invariants. What is entered falls due, never before its time, and at most a timer's grain after it while the machine
/// runs; a sleeper among hundreds up to a sixteenth of its sleep later, and 32 ms at most. If the machine was
/// suspended, it is at most the shortest <see cref="TimetableEntry.LongestNap"/> of all that is entered (of running
/// time) and a grain after the machine goes on, all of it in the same look. The timer is armed for that while anything
/// is entered, and only then.
/// </para>
/// <para>
/// Nothing is called under the lock, and no entry waits for another: while one is called the timer is armed for the
/// next, and another thread goes on with it. A suspension counts for sleepers as well: they look at their clocks anyway
/// when they wake, and what they slept for may have happened long ago.
/// </para>
/// </remarks>
internal sealed class Timetable
{
    // Timers count whole ones.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    // Timers of the system cannot be set to more than some weeks.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private static readonly TimeSpan SlackForEachSleeper = TimeSpan.FromMicroseconds(5);
    private static readonly TimeSpan MostSlack = TimeSpan.FromMilliseconds(32);
    private const int PartOfSleep = 16;

    private static readonly ConditionalWeakTable<TimeProvider, Timetable> All = [];

    private readonly ITimer _timer;

    // The last one; changed without the lock.
    private TimetableEntry? _hurried;

    // Guards everything below and what entries keep for it.
    private readonly Lock _gate = new();
    private readonly SleeplessTime _time;
    private readonly DueHeap _urgent = new();
    private readonly DueHeap _others = new();
    private readonly SortedDictionary<TimeSpan, int> _naps = [];
    private TimeSpan _longestWait = LongestWait;
    private TimeSpan? _armedFor;

    private Timetable(TimeProvider clock)
    {
        _time = new SleeplessTime(clock);

        // The context of whoever comes first must not live on in it.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(
                static table => ((Timetable)table!).SeeToWhatIsDue(), this, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }
    }

    public static Timetable Of(TimeProvider clock) => All.GetValue(clock, static clock => new Timetable(clock));

    /// <summary>Enters it, anew when it is entered already.</summary>
    public void Enter(TimetableEntry entry, TimeSpan after)
    {
        lock (_gate)
        {
            _time.Look();
            TakeOut(entry);
            entry.Due = after < TimeSpan.MaxValue - _time.Now ? InGroup(entry, after) : TimeSpan.MaxValue;
            PutIn(entry);
            ArmIfLate();
        }
    }

    /// <summary>Does nothing when it is not entered.</summary>
    public void Leave(TimetableEntry entry)
    {
        lock (_gate)
        {
            TakeOut(entry);
            if (!IsEmpty)
                return;
            Arm(null);
            _hurried = null;
        }
    }

    /// <summary>Has it fall due at the next look, without a lock. Once for each entry, and only one with a longest
    /// nap: the look may be that far off.</summary>
    public void Hurry(TimetableEntry entry)
    {
        do
            entry.HurriedBefore = Volatile.Read(ref _hurried);
        while (Interlocked.CompareExchange(ref _hurried, entry, entry.HurriedBefore) != entry.HurriedBefore);
    }

    // Waking a thread costs more than what an election does when it wakes, so where many sleep they wake in groups.
    private TimeSpan InGroup(TimetableEntry entry, TimeSpan after)
    {
        var due = _time.Now + after;
        if (entry.LongestNap is not null)
            return due;
        var slack = Earlier(Earlier(_others.Count * SlackForEachSleeper, after / PartOfSleep), MostSlack);
        if (slack < Grain)
            return due;

        // A power of two, so that the short grids fall together with the long ones.
        var grid = Grain.Ticks << BitOperations.Log2((ulong)(slack / Grain));
        return new TimeSpan((due.Ticks + grid - 1) / grid * grid);
    }

    private bool IsEmpty => _urgent.Count == 0 && _others.Count == 0;

    private void SeeToWhatIsDue()
    {
        lock (_gate)
            _armedFor = null;
        while (TakeDue() is var (entry, now) && entry is not null)
        {
            try
            {
                entry.FallDue(now);
            }
            catch (Exception)
            {
                // A machine that has no memory, say. Whoever waits must not be forgotten for it.
                EnterAgain(entry);
            }
        }
    }

    private (TimetableEntry? Entry, TimeSpan Now) TakeDue()
    {
        lock (_gate)
        {
            _time.Look();
            var now = _time.Now;
            PullForward(now);
            var entry = _urgent.First?.Due <= now ? _urgent.First : _others.First?.Due <= now ? _others.First : null;
            if (entry is null)
            {
                Arm(NextLook);
                return (null, now);
            }

            TakeOut(entry);
            ArmIfLate();
            return (entry, now);
        }
    }

    private void PullForward(TimeSpan now)
    {
        var next = Interlocked.Exchange(ref _hurried, null);
        while (next is { } entry)
        {
            (next, entry.HurriedBefore) = (entry.HurriedBefore, null);
            if (entry.Place < 0 || entry.Due <= now)
                continue;
            TakeOut(entry);
            entry.Due = now;
            PutIn(entry);
        }
    }

    private void EnterAgain(TimetableEntry entry)
    {
        lock (_gate)
        {
            if (entry.Place >= 0)
                return;
            entry.Due = _time.Now + Grain;
            PutIn(entry);
            ArmIfLate();
        }
    }

    private void PutIn(TimetableEntry entry)
    {
        HeapOf(entry).Add(entry);
        if (entry.LongestNap is { } nap)
            Count(nap, 1);
    }

    private void TakeOut(TimetableEntry entry)
    {
        if (entry.Place < 0)
            return;
        HeapOf(entry).Remove(entry);
        if (entry.LongestNap is { } nap)
            Count(nap, -1);
    }

    private void Count(TimeSpan nap, int more)
    {
        var count = _naps.GetValueOrDefault(nap) + more;
        if (count > 0)
            _naps[nap] = count;
        else
            _naps.Remove(nap);
        if (count <= 1)
            _longestWait = _naps.Count > 0 ? Earlier(_naps.First().Key, LongestWait) : LongestWait;
    }

    private DueHeap HeapOf(TimetableEntry entry) => entry.LongestNap is null ? _others : _urgent;

    /// <summary>By the monotonic clock; null when nothing is entered.</summary>
    private TimeSpan? NextLook
    {
        get
        {
            if (IsEmpty)
                return null;
            var due = Earlier(_urgent.First?.Due, _others.First?.Due) - _time.Now;
            return _time.Monotonic + Earlier(due, _longestWait);
        }
    }

    private static TimeSpan Earlier(TimeSpan? one, TimeSpan? other) =>
        other is null || one <= other ? one!.Value : other.Value;

    private void ArmIfLate()
    {
        if (NextLook is { } next && !(_armedFor <= next))
            Arm(next);
    }

    private void Arm(TimeSpan? next)
    {
        if (next is null && _armedFor is null)
            return;
        _armedFor = next;

        // Rounded up, because a look just before the time would be in vain.
        var wait = next - _time.Monotonic is { } left
            ? Math.Max(1, Math.Ceiling(left / Grain)) * Grain
            : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
