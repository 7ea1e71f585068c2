namespace LeaderElection.Contracts;

/// <summary>What the elector contracts need from whoever runs them.</summary>
public abstract class LeaderElectorContractBase
{
    /// <summary>The elector under test, which does not lead yet.</summary>
    protected abstract ILeaderElector Elector { get; }

    protected abstract string ElectionName { get; }

    protected abstract string InstanceId { get; }

    /// <summary>Makes the elector lead, and returns its new term.</summary>
    protected abstract Task<Leadership> BecomeLeaderAsync();

    /// <summary>Takes the leadership away, and returns when the elector has noticed.</summary>
    protected abstract Task LoseLeadershipAsync();

    /// <summary>Lets the elector do what it has to do now.</summary>
    protected abstract Task PassAsync();

    /// <summary>Lets time pass until the task has ended; fails after a while.</summary>
    protected abstract Task WithinAsync(Task task);

    protected async Task<T> WithinAsync<T>(Task<T> task)
    {
        await WithinAsync((Task)task);
        return await task;
    }

    protected static void ShouldBeOver(Leadership term)
    {
        term.IsHeld.ShouldBeFalse();
        term.Remaining.ShouldBe(TimeSpan.Zero);
        term.Lost.IsCancellationRequested.ShouldBeTrue();
        var exception = Should.Throw<LeadershipLostException>(term.ThrowIfLost);
        exception.Message.ShouldContain(term.ElectionName);
        exception.Message.ShouldContain($"term {term.FencingToken}");
    }
}
