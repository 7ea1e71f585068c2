namespace LeaderElection.Kit;

/// <summary>What every <see cref="ILeaderElector"/> must do, however it comes to lead.</summary>
public abstract class LeaderElectorSuite(ElectorUnderTest underTest) : ElectorSuite(underTest)
{
    [Fact]
    public void Before_anything_happened_nobody_leads()
    {
        Elector.IsLeader.ShouldBeFalse();
        Elector.Current.ShouldBeNull();
        Elector.Leader.ShouldBeNull();
        Elector.ElectionName.ShouldBe(ElectionName);
        Elector.InstanceId.ShouldBe(InstanceId);
    }

    [Fact]
    public async Task A_leader_has_a_term()
    {
        await BecomeLeaderAsync();

        Elector.IsLeader.ShouldBeTrue();
        var term = Elector.Current.ShouldNotBeNull();
        term.ElectionName.ShouldBe(ElectionName);
        term.InstanceId.ShouldBe(InstanceId);
        term.FencingToken.ShouldBeGreaterThan(0);
        term.IsHeld.ShouldBeTrue();
        term.Remaining.ShouldBeGreaterThan(TimeSpan.Zero);
        term.Lost.IsCancellationRequested.ShouldBeFalse();
        term.ThrowIfLost();
        Elector.Leader.ShouldBe(new LeaderInfo(InstanceId, term.FencingToken, null, term.AcquiredAt));
    }

    [Fact]
    public async Task A_term_that_is_over_says_so_for_ever()
    {
        var term = await BecomeLeaderAsync();

        await LoseLeadershipAsync();

        Elector.IsLeader.ShouldBeFalse();
        Elector.Current.ShouldBeNull();
        Elector.Leader.ShouldBeNull();
        ShouldBeOver(term);
        var next = await BecomeLeaderAsync();
        ShouldBeOver(term);
        next.FencingToken.ShouldBeGreaterThan(term.FencingToken);
        next.IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task Handlers_hear_of_every_change_in_order()
    {
        var heard = new List<(object? Sender, LeadershipChangedEventArgs Change)>();
        Elector.LeadershipChanged += (sender, change) => heard.Add((sender, change));

        var first = await BecomeLeaderAsync();
        await LoseLeadershipAsync();
        var second = await BecomeLeaderAsync();
        await PassAsync();

        heard.Select(entry => entry.Change.IsLeader).ShouldBe([true, false, true]);
        heard.Select(entry => entry.Change.FencingToken).ShouldBe(
            [first.FencingToken, first.FencingToken, second.FencingToken]);
        heard[0].Change.Reason.ShouldBe(LeadershipChangeReason.Acquired);
        heard[0].Change.Leader!.InstanceId.ShouldBe(InstanceId);
        heard[1].Change.Leader.ShouldBeNull();
        heard.ShouldAllBe(entry => ReferenceEquals(entry.Sender, Elector));
    }

    [Fact]
    public async Task A_watcher_gets_the_current_state_first()
    {
        await using var idle = Elector.WatchAsync().GetAsyncEnumerator();
        (await WithinAsync(idle.MoveNextAsync().AsTask())).ShouldBeTrue();
        idle.Current.IsLeader.ShouldBeFalse();
        idle.Current.Leader.ShouldBeNull();
        var term = await BecomeLeaderAsync();

        await using var late = Elector.WatchAsync().GetAsyncEnumerator();

        (await WithinAsync(late.MoveNextAsync().AsTask())).ShouldBeTrue();
        late.Current.IsLeader.ShouldBeTrue();
        late.Current.FencingToken.ShouldBe(term.FencingToken);
    }

    [Fact]
    public async Task A_slow_watcher_gets_every_change_in_order()
    {
        await using var watcher = Elector.WatchAsync().GetAsyncEnumerator();
        await WithinAsync(watcher.MoveNextAsync().AsTask());
        var expected = new List<(bool, long?)>();
        for (var round = 0; round < 3; round++)
        {
            var term = await BecomeLeaderAsync();
            await LoseLeadershipAsync();
            expected.Add((true, term.FencingToken));
            expected.Add((false, term.FencingToken));
        }

        var read = new List<(bool, long?)>();
        while (read.Count < expected.Count)
        {
            (await WithinAsync(watcher.MoveNextAsync().AsTask())).ShouldBeTrue();
            read.Add((watcher.Current.IsLeader, watcher.Current.FencingToken));
        }

        read.ShouldBe(expected);
    }

    [Fact]
    public async Task Cancelling_ends_a_watch()
    {
        using var cancellation = new CancellationTokenSource();
        await using var watcher = Elector.WatchAsync(cancellation.Token).GetAsyncEnumerator(CancellationToken.None);
        await WithinAsync(watcher.MoveNextAsync().AsTask());
        var more = watcher.MoveNextAsync().AsTask();

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => WithinAsync(more));
    }

    [Fact]
    public async Task Waiting_for_leadership_ends_when_it_comes()
    {
        var waiting = Elector.WaitForLeadershipAsync();
        await PassAsync();
        waiting.IsCompleted.ShouldBeFalse();

        var term = await BecomeLeaderAsync();

        (await WithinAsync(waiting)).ShouldBeSameAs(term);
    }

    [Fact]
    public async Task Waiting_for_leadership_ends_at_once_for_a_leader()
    {
        var term = await BecomeLeaderAsync();

        var waiting = Elector.WaitForLeadershipAsync();

        (await WithinAsync(waiting)).ShouldBeSameAs(term);
    }

    [Fact]
    public async Task Waiting_for_leadership_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = Elector.WaitForLeadershipAsync(cancellation.Token);

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => WithinAsync(waiting));
        await Should.ThrowAsync<OperationCanceledException>(() =>
            WithinAsync(Elector.WaitForLeadershipAsync(cancellation.Token)));
        (await BecomeLeaderAsync()).IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task Release_ends_the_term()
    {
        var term = await BecomeLeaderAsync();

        await WithinAsync(Elector.ReleaseAsync());

        Elector.IsLeader.ShouldBeFalse();
        ShouldBeOver(term);
    }

    [Fact]
    public async Task Release_does_nothing_on_a_follower()
    {
        var heard = 0;
        Elector.LeadershipChanged += (_, _) => heard++;

        await WithinAsync(Elector.ReleaseAsync());
        await PassAsync();

        heard.ShouldBe(0);
        (await BecomeLeaderAsync()).IsHeld.ShouldBeTrue();
    }

    [Fact]
    public async Task Release_with_a_cancelled_token_releases_all_the_same()
    {
        var term = await BecomeLeaderAsync();

        await Should.ThrowAsync<OperationCanceledException>(() =>
            WithinAsync(Elector.ReleaseAsync(new CancellationToken(canceled: true))));

        await PassAsync();
        ShouldBeOver(term);
    }
}
