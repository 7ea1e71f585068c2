namespace LeaderElection.Kit;

/// <summary>What <see cref="LeaderElectorExtensions.RunAsLeaderAsync"/> does on every elector.</summary>
public abstract class LeaderWorkSuite(ElectorUnderTest underTest) : ElectorSuite(underTest)
{
    [Fact]
    public async Task Work_begins_with_the_term_and_its_end_ends_the_run()
    {
        Leadership? given = null;
        var running = Elector.RunAsLeaderAsync(
            (leadership, token) =>
            {
                given = leadership;
                token.IsCancellationRequested.ShouldBeFalse();
                return Task.CompletedTask;
            },
            CancellationToken.None);
        await PassAsync();
        running.IsCompleted.ShouldBeFalse();
        given.ShouldBeNull();

        var term = await BecomeLeaderAsync();
        await WithinAsync(running);

        given.ShouldBeSameAs(term);
        Elector.IsLeader.ShouldBeTrue("work that ran to its end does not end the leadership");
    }

    [Fact]
    public async Task Work_whose_term_is_lost_runs_again_in_the_next()
    {
        var terms = new List<long>();
        var running = Elector.RunAsLeaderAsync(
            async (leadership, token) =>
            {
                terms.Add(leadership.FencingToken);
                if (terms.Count < 3)
                    await UntilCancelledAsync(token);
            },
            CancellationToken.None);

        var first = await BecomeLeaderAsync();
        await LoseLeadershipAsync();
        var second = await BecomeLeaderAsync();
        await LoseLeadershipAsync();
        running.IsCompleted.ShouldBeFalse();
        var third = await BecomeLeaderAsync();
        await WithinAsync(running);

        terms.ShouldBe([first.FencingToken, second.FencingToken, third.FencingToken]);
    }

    [Fact]
    public async Task Work_that_returns_after_its_term_was_lost_runs_again()
    {
        var runs = 0;
        var running = Elector.RunAsLeaderAsync(
            async (_, token) =>
            {
                if (++runs == 1)
                    await UntilCancelledAsync(token, throws: false);
            },
            CancellationToken.None);
        await BecomeLeaderAsync();
        await LoseLeadershipAsync();

        await BecomeLeaderAsync();
        await WithinAsync(running);

        runs.ShouldBe(2);
    }

    [Fact]
    public async Task Work_that_throws_while_it_leads_ends_the_leadership_and_the_run()
    {
        var term = await BecomeLeaderAsync();

        var running = Elector.RunAsLeaderAsync(
            (_, _) => throw new InvalidOperationException("The work failed."), CancellationToken.None);

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => WithinAsync(running));
        exception.Message.ShouldBe("The work failed.");
        Elector.IsLeader.ShouldBeFalse();
        ShouldBeOver(term);
    }

    [Fact]
    public async Task What_work_throws_after_its_term_was_lost_is_how_it_stopped()
    {
        var runs = 0;
        var running = Elector.RunAsLeaderAsync(
            async (_, token) =>
            {
                if (++runs > 1)
                    return;
                await UntilCancelledAsync(token, throws: false);
                throw new InvalidOperationException("Interrupted in the middle.");
            },
            CancellationToken.None);
        await BecomeLeaderAsync();
        await LoseLeadershipAsync();
        running.IsCompleted.ShouldBeFalse();

        await BecomeLeaderAsync();
        await WithinAsync(running);

        runs.ShouldBe(2);
    }

    [Fact]
    public async Task Cancelling_stops_the_work_and_keeps_the_leadership()
    {
        using var cancellation = new CancellationTokenSource();
        await BecomeLeaderAsync();
        var running = Elector.RunAsLeaderAsync((_, token) => UntilCancelledAsync(token), cancellation.Token);
        await PassAsync();

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => WithinAsync(running));
        Elector.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_leadership()
    {
        using var cancellation = new CancellationTokenSource();
        var runs = 0;
        var running = Elector.RunAsLeaderAsync(
            (_, _) =>
            {
                runs++;
                return Task.CompletedTask;
            },
            cancellation.Token);

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => WithinAsync(running));
        await BecomeLeaderAsync();
        runs.ShouldBe(0);
    }

    [Fact]
    public async Task Work_may_release_the_leadership_itself()
    {
        var token = CancellationToken.None;
        var asked = new TaskCompletionSource();
        var runs = 0;
        var running = Elector.RunAsLeaderAsync(
            async (_, cancellationToken) =>
            {
                if (++runs > 1)
                    return;
                token = cancellationToken;
                await asked.Task;
                await Elector.ReleaseAsync(CancellationToken.None);
                await UntilCancelledAsync(cancellationToken, throws: false);
            },
            CancellationToken.None);
        var term = await BecomeLeaderAsync();

        asked.SetResult();
        await PassAsync();

        ShouldBeOver(term);
        token.IsCancellationRequested.ShouldBeTrue();
        await BecomeLeaderAsync();
        await WithinAsync(running);
        runs.ShouldBe(2);
    }

    [Fact]
    public async Task Missing_arguments_are_named()
    {
        var elector = await Should.ThrowAsync<ArgumentNullException>(() =>
            LeaderElectorExtensions.RunAsLeaderAsync(null!, (_, _) => Task.CompletedTask, CancellationToken.None));
        elector.ParamName.ShouldBe("elector");
        var work = await Should.ThrowAsync<ArgumentNullException>(() =>
            Elector.RunAsLeaderAsync(null!, CancellationToken.None));
        work.ParamName.ShouldBe("work");
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken, bool throws = true)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
        if (throws)
            cancellationToken.ThrowIfCancellationRequested();
    }
}
