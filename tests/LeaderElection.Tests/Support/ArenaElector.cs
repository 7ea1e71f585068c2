namespace LeaderElection.Tests;

/// <summary>Takes one elector through the elector suites.</summary>
internal sealed class ArenaElector : ElectorUnderTest
{
    private readonly Arena _arena = new();

    public ArenaElector() => Elector = _arena.Candidate(InstanceId);

    public override LeaseElector Elector { get; }

    public override async Task<Leadership> BecomeLeaderAsync()
    {
        _arena.Store.Heal();
        await Elector.StartAsync(CancellationToken.None);
        _arena.AdvanceUntil(() => Elector.IsLeader, atMostSeconds: 30);
        _arena.Clock.Settle();
        return Elector.Current.ShouldNotBeNull();
    }

    public override Task LoseLeadershipAsync()
    {
        _arena.Store.Break(Fault.Throw());
        _arena.AdvanceUntil(() => !Elector.IsLeader, atMostSeconds: 10);

        // Until the row has run out, too: it would be seen as somebody's.
        _arena.Advance(2);
        return Task.CompletedTask;
    }

    public override Task PassAsync()
    {
        _arena.Clock.Settle();
        return Task.CompletedTask;
    }

    public override async Task WithinAsync(Task task)
    {
        _arena.AdvanceUntil(() => task.IsCompleted, atMostSeconds: 30);
        await task;
    }
}
