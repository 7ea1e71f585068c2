using LeaderElection.Contracts;

namespace LeaderElection.Tests;

public class FakeLeaderElectorWorkTests : LeaderWorkContract
{
    private readonly FakeLeaderElector _elector = new("orders", "a");

    public FakeLeaderElectorWorkTests() => SynchronizationContext.SetSynchronizationContext(null);

    protected override ILeaderElector Elector => _elector;

    protected override string ElectionName => "orders";

    protected override string InstanceId => "a";

    protected override Task<Leadership> BecomeLeaderAsync() => Task.FromResult(_elector.BecomeLeader());

    protected override Task LoseLeadershipAsync()
    {
        _elector.LoseLeadership();
        return Task.CompletedTask;
    }

    protected override Task PassAsync() => Task.CompletedTask;

    protected override Task WithinAsync(Task task)
    {
        task.IsCompleted.ShouldBeTrue("nothing of a fake elector takes time");
        return task;
    }
}
