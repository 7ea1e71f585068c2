namespace LeaderElection.Tests;

/// <summary>Takes a fake elector through the elector suites.</summary>
internal sealed class FakeElector : ElectorUnderTest
{
    private readonly FakeLeaderElector _elector;

    public FakeElector()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        _elector = new FakeLeaderElector(ElectionName, InstanceId);
    }

    public override ILeaderElector Elector => _elector;

    public override Task<Leadership> BecomeLeaderAsync() => Task.FromResult(_elector.BecomeLeader());

    public override Task LoseLeadershipAsync()
    {
        _elector.LoseLeadership();
        return Task.CompletedTask;
    }

    public override Task PassAsync() => Task.CompletedTask;

    public override Task WithinAsync(Task task)
    {
        task.IsCompleted.ShouldBeTrue("nothing of a fake elector takes time");
        return task;
    }
}
