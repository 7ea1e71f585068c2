using LeaderElection.Testing;

namespace FailoverDemo;

internal enum WorkerState
{
    Follower,
    Leader,
    Frozen,
    Gone,
}

/// <summary>One worker process, as seen from outside.</summary>
internal sealed class Worker(string name, NodeProcess process)
{
    private volatile bool _isFrozen;

    public string Name { get; } = name;

    public NodeProcess Process { get; } = process;

    public WorkerState State => Process.HasExited ? WorkerState.Gone
        : _isFrozen ? WorkerState.Frozen
        : Process.IsLeader ? WorkerState.Leader
        : WorkerState.Follower;

    /// <summary>Of the term it leads in, or believed to lead in when it was frozen; null for the others.</summary>
    public long? Token => Process.IsLeader && !Process.HasExited ? Process.Belief?.Token : null;

    public long Freeze()
    {
        _isFrozen = true;
        return Process.Freeze();
    }

    public void Thaw()
    {
        Process.Thaw();
        _isFrozen = false;
    }
}
