namespace LeaderElection.Tests.Simulation;

/// <summary>The true time of a world, and what is to happen in it, in (time, sequence) order.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, Due> _entries = new();
    private long _lastSequence;

    /// <summary>In ticks since the beginning. Moved by whoever runs the world.</summary>
    public long Now { get; private set; }

    public long NextSequence() => ++_lastSequence;

    public void Add(TimeSpan delay, Action action) =>
        _entries.Enqueue(action, new Due(Now + Math.Max(0, delay.Ticks), NextSequence()));

    public Due? Next => _entries.TryPeek(out _, out var due) ? due : null;

    public void RunNext()
    {
        _entries.TryDequeue(out var action, out var due);
        MoveTo(due.At);
        action!();
    }

    public void MoveTo(long time) => Now = Math.Max(Now, time);
}

/// <param name="At">When.</param>
/// <param name="Sequence">Which comes first of what is due at one moment.</param>
internal readonly record struct Due(long At, long Sequence) : IComparable<Due>
{
    public int CompareTo(Due other) => At != other.At ? At.CompareTo(other.At) : Sequence.CompareTo(other.Sequence);
}
