namespace LeaderElection.Tests;

public class ContendingTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void Of_electors_that_start_together_exactly_one_leads()
    {
        var electors = Enumerable.Range(0, 10).Select(number => _arena.Candidate($"node {number}")).ToList();
        foreach (var elector in electors)
            _arena.Finish(elector.StartAsync());

        for (var second = 0; second < 60; second++)
        {
            _arena.Advance(1);
            electors.Count(elector => elector.IsLeader).ShouldBe(1);
        }

        var leader = electors.Single(elector => elector.IsLeader);
        electors.ShouldAllBe(elector => elector.Leader!.InstanceId == leader.InstanceId);
        _arena.History.Count(entry => entry.Change.Reason == LeadershipChangeReason.Acquired).ShouldBe(1);
    }

    [Fact]
    public void Two_instances_of_one_id_exclude_each_other()
    {
        var (first, _) = _arena.Leader("twin");
        var second = _arena.Started("twin");
        _arena.Advance(30);

        first.IsLeader.ShouldBeTrue();
        second.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void A_follower_sleeps_until_the_lease_it_saw_runs_out()
    {
        _arena.Leader("a");
        var follower = _arena.Started("b");
        var before = AttemptsOf("b");

        _arena.Advance(9.9);

        AttemptsOf("b").ShouldBe(before, "a living lease and working hints leave nothing to ask");
        follower.Leader!.InstanceId.ShouldBe("a");
    }

    [Fact]
    public void When_the_leader_dies_another_leads_within_fifty_milliseconds_of_the_end_of_its_lease()
    {
        var died = new ManualClock();
        _arena.Leader("a", clock: died);
        var follower = _arena.Started("b", random: 0.99);

        _arena.AdvanceUntil(() => follower.IsLeader, 11).ShouldBeInRange(
            TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.05));

        follower.Current!.FencingToken.ShouldBe(2);
    }

    [Fact]
    public void A_leader_that_was_replaced_concedes_at_its_next_renewal_and_never_comes_back_by_itself()
    {
        var (deposed, term) = _arena.Leader();
        var usurper = _arena.Usurp(leaseSeconds: 1000);

        _arena.Advance(3);

        deposed.IsLeader.ShouldBeFalse();
        term.Lost.IsCancellationRequested.ShouldBeTrue();
        _arena.AdvanceUntil(() => deposed.Leader?.InstanceId == "usurper", 0.02);
        _arena.Advance(500);
        deposed.IsLeader.ShouldBeFalse();
        _arena.Row()!.FencingToken.ShouldBe(usurper.FencingToken);
        _arena.History.Select(entry => entry.Change.Reason).ShouldBe(
            [
                LeadershipChangeReason.Acquired, LeadershipChangeReason.Superseded,
                LeadershipChangeReason.LeaderChanged,
            ]);
    }

    [Fact]
    public void A_term_of_the_same_id_underneath_is_not_mine()
    {
        var (deposed, _) = _arena.Leader("a");
        var usurper = _arena.Usurp("a", leaseSeconds: 1000);

        _arena.Advance(20);

        deposed.IsLeader.ShouldBeFalse();
        _arena.Row()!.FencingToken.ShouldBe(usurper.FencingToken);
    }

    [Fact]
    public void A_leader_whose_row_vanished_runs_again_with_a_higher_token()
    {
        var (elector, term) = _arena.Leader();
        _arena.Finish(_arena.Store.Leases.ReleaseAsync("orders", term.FencingToken, CancellationToken.None));

        _arena.AdvanceUntil(() => elector.Current is { } current && current != term, 4);

        term.IsHeld.ShouldBeFalse();
        elector.Current!.FencingToken.ShouldBeGreaterThan(term.FencingToken);
    }

    [Fact]
    public void After_a_loss_the_same_elector_leads_again()
    {
        var (elector, first) = _arena.Leader();
        _arena.Store.Break(Fault.Throw());
        _arena.Advance(30);
        elector.IsLeader.ShouldBeFalse();

        _arena.Store.Heal();

        _arena.AdvanceUntil(() => elector.IsLeader, 3);
        elector.Current!.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        _arena.Logs.Count(1004).ShouldBe(1);
    }

    [Fact]
    public void A_row_that_another_is_just_taking_is_asked_for_again_soon()
    {
        var store = new BusyStore(_arena.Store);
        var elector = new LeaseElector(
            store, Arena.Options("a"), null, _arena.Clock, new SteadyRandom(), ElectionInstruments.Shared);
        _arena.Finish(elector.StartAsync());

        _arena.AdvanceUntil(() => elector.IsLeader, 0.2);

        store.Denials.ShouldBe(0);
    }

    private int AttemptsOf(string instanceId) =>
        _arena.Store.Calls.Count(call => call.Operation == StoreOperation.Acquire && call.Who == instanceId);

    /// <summary>Says twice that somebody is just taking the lease.</summary>
    private sealed class BusyStore(ILeaseStore inner) : ILeaseStore
    {
        public int Denials { get; private set; } = 2;

        public Task InitializeAsync(CancellationToken cancellationToken) => inner.InitializeAsync(cancellationToken);

        public Task<LeaseAnswer> AcquireAsync(LeaseClaim claim, CancellationToken cancellationToken)
        {
            if (Denials == 0)
                return inner.AcquireAsync(claim, cancellationToken);
            Denials--;
            return Task.FromResult<LeaseAnswer>(new LeaseAnswer.BeingTaken());
        }

        public Task<LeaseAnswer> RenewAsync(
            string electionName, long fencingToken, TimeSpan leaseDuration, CancellationToken cancellationToken) =>
            inner.RenewAsync(electionName, fencingToken, leaseDuration, cancellationToken);

        public Task<bool> ReleaseAsync(string electionName, long fencingToken, CancellationToken cancellationToken) =>
            inner.ReleaseAsync(electionName, fencingToken, cancellationToken);

        public Task<Lease?> ReadAsync(string electionName, CancellationToken cancellationToken) =>
            inner.ReadAsync(electionName, cancellationToken);

        public Task<int> DeleteExpiredAsync(TimeSpan expiredFor, CancellationToken cancellationToken) =>
            inner.DeleteExpiredAsync(expiredFor, cancellationToken);

        public ILeaseSubscription Subscribe(string electionName, Action onHint) =>
            inner.Subscribe(electionName, onHint);
    }

    // It won again at once, renewed for ever, and ran nothing: its work was still stuck in the term before.
    [Fact]
    public void An_instance_whose_work_is_stuck_lets_others_lead()
    {
        var (stuck, first) = _arena.Leader("a");
        var workEnds = new TaskCompletionSource();
        var runs = 0;
        _ = stuck.RunAsLeaderAsync(
            (_, _) =>
            {
                runs++;
                return workEnds.Task;
            },
            CancellationToken.None);
        _arena.Usurp(leaseSeconds: 20);
        _arena.AdvanceUntil(() => !stuck.IsLeader, 10);

        _arena.Advance(60);
        stuck.IsLeader.ShouldBeFalse();
        _arena.Logs.Count(1016).ShouldBe(1);
        workEnds.SetResult();

        _arena.AdvanceUntil(() => stuck.IsLeader, 10);
        _arena.Clock.Settle();
        stuck.Current!.FencingToken.ShouldBeGreaterThan(first.FencingToken);
        runs.ShouldBe(2);
    }

    [Fact]
    public void A_lease_that_can_neither_be_had_nor_seen_is_somebody_s_to_mend()
    {
        _arena.Store.Break(Fault.Answer(new LeaseAnswer.BeingTaken()));
        var elector = _arena.Started("a", options => options.LockId = 4711);

        _arena.Advance(9);
        _arena.Logs.Count(1005).ShouldBe(0);
        _arena.Advance(5);

        var said = _arena.Logs.Entries.Where(entry => entry.EventId == 1005).ShouldHaveSingleItem();
        said.Message.ShouldContain("LockId 4711");
        _arena.Store.Heal();
        _arena.AdvanceUntil(() => elector.IsLeader, 5);
    }
}
