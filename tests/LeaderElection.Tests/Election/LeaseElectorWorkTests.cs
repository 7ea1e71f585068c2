using LeaderElection.Contracts;

namespace LeaderElection.Tests;

public class LeaseElectorWorkTests : LeaderWorkContract
{
    private readonly ArenaElector _arena = new();

    protected override ILeaderElector Elector => _arena.Elector;

    protected override string ElectionName => "orders";

    protected override string InstanceId => "a";

    protected override Task<Leadership> BecomeLeaderAsync() => _arena.BecomeLeaderAsync();

    protected override Task LoseLeadershipAsync()
    {
        _arena.LoseLeadership();
        return Task.CompletedTask;
    }

    protected override Task PassAsync()
    {
        _arena.Settle();
        return Task.CompletedTask;
    }

    protected override Task WithinAsync(Task task) => _arena.FinishAsync(task);
}
