namespace LeaderElection.Tests;

/// <summary>Takes one elector through the elector contracts.</summary>
public sealed class ArenaElector
{
    private readonly Arena _arena = new();

    public ArenaElector() => Elector = _arena.Candidate();

    public LeaseElector Elector { get; }

    public async Task<Leadership> BecomeLeaderAsync()
    {
        _arena.Store.Heal();
        await Elector.StartAsync(CancellationToken.None);
        _arena.AdvanceUntil(() => Elector.IsLeader, atMostSeconds: 30);
        _arena.Clock.Settle();
        return Elector.Current.ShouldNotBeNull();
    }

    public void LoseLeadership()
    {
        _arena.Store.Break(Fault.Throw());
        _arena.AdvanceUntil(() => !Elector.IsLeader, atMostSeconds: 10);

        // Until the row has run out, too: it would be seen as somebody's.
        _arena.Advance(2);
    }

    public void Settle() => _arena.Clock.Settle();

    public async Task FinishAsync(Task task)
    {
        _arena.AdvanceUntil(() => task.IsCompleted, atMostSeconds: 30);
        await task;
    }
}
