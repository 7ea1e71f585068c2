namespace LeaderElection.Kit;

/// <summary>
/// An elector and what decides whether it leads: what the elector suites need from whoever runs them.
/// </summary>
public abstract class ElectorUnderTest : IAsyncDisposable
{
    public const string ElectionName = "orders";
    public const string InstanceId = "a";

    /// <summary>The elector, which does not lead yet.</summary>
    public abstract ILeaderElector Elector { get; }

    /// <summary>Called once, before all others.</summary>
    public virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Makes the elector lead, and returns its new term.</summary>
    public abstract Task<Leadership> BecomeLeaderAsync();

    /// <summary>Takes the leadership away, and returns when the elector has noticed.</summary>
    public abstract Task LoseLeadershipAsync();

    /// <summary>Lets the elector do what it has to do now.</summary>
    public abstract Task PassAsync();

    /// <summary>Lets time pass until the task has ended; fails after a while.</summary>
    public abstract Task WithinAsync(Task task);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
