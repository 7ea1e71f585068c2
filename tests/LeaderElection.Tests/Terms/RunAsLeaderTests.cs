namespace LeaderElection.Tests;

public class RunAsLeaderTests
{
    private readonly Arena _arena = new();

    [Fact]
    public void Work_that_sees_its_term_run_out_before_the_elector_does_runs_again_in_the_next()
    {
        var (elector, _) = _arena.Leader();
        var resume = new TaskCompletionSource();
        var terms = new List<long>();
        var running = elector.RunAsLeaderAsync(
            async (leadership, _) =>
            {
                terms.Add(leadership.FencingToken);
                if (terms.Count > 1)
                    return;
                await resume.Task;
                leadership.ThrowIfLost();
            },
            CancellationToken.None);
        _arena.Store.Next(StoreOperation.Renew, Fault.Hang());
        _arena.Advance(3.5);
        _arena.Clock.Suspend(TimeSpan.FromSeconds(9));

        resume.SetResult();

        _arena.Finish(running, atMostSeconds: 20);
        terms.Count.ShouldBe(2);
        _arena.Logs.Count(1010).ShouldBe(0);
    }

    [Fact]
    public void What_work_throws_after_its_term_is_logged_unless_it_is_a_cancellation()
    {
        var (elector, _) = _arena.Leader();
        _ = elector.RunAsLeaderAsync(
            async (_, token) =>
            {
                var told = new TaskCompletionSource();
                await using var registration = token.Register(() => told.TrySetResult());
                await told.Task;
                throw new InvalidOperationException("Interrupted.");
            },
            CancellationToken.None);

        _arena.Finish(elector.StopAsync());

        _arena.Logs.Count(1010).ShouldBe(1);
    }

    [Fact]
    public void Work_that_fails_lets_another_instance_try()
    {
        var (elector, _) = _arena.Leader("a");
        var follower = _arena.Started("b");
        var running = elector.RunAsLeaderAsync(
            (_, _) => throw new InvalidOperationException("The work failed."), CancellationToken.None);

        _arena.AdvanceUntil(() => follower.IsLeader, 0.05);

        Should.Throw<InvalidOperationException>(() => _arena.Finish(running)).Message.ShouldBe("The work failed.");
        elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public void Work_is_told_to_stop_before_anyone_else_leads()
    {
        var (elector, term) = _arena.Leader();
        var told = false;
        _ = elector.RunAsLeaderAsync(
            (_, token) =>
            {
                token.Register(() =>
                {
                    told = true;
                    _arena.Row()!.FencingToken.ShouldBe(term.FencingToken);
                });
                return new TaskCompletionSource().Task;
            },
            CancellationToken.None);
        _arena.Store.Always(StoreOperation.Renew, Fault.Hang());

        _arena.AdvanceUntil(() => _arena.Row()?.FencingToken != term.FencingToken, 11);

        told.ShouldBeTrue();
    }

    /// <summary>An elector that wraps another cannot be missed, so nobody waits for it to come back.</summary>
    [Fact]
    public void Work_that_failed_behind_a_wrapped_elector_runs_again()
    {
        var elector = new Wrapped(_arena.Started());
        var runs = 0;
        async Task RunAsync()
        {
            for (var failures = 0; failures < 2; failures++)
            {
                try
                {
                    await elector.RunAsLeaderAsync(
                        (_, _) => ++runs == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask,
                        CancellationToken.None);
                    return;
                }
                catch (InvalidOperationException)
                {
                    // As a caller does that tries for ever.
                }
            }
        }

        var running = RunAsync();
        _arena.AdvanceUntil(() => running.IsCompleted, atMostSeconds: 60);

        runs.ShouldBe(2);
    }

    private sealed class Wrapped(ILeaderElector inner) : ILeaderElector
    {
        public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
        {
            add => inner.LeadershipChanged += value;
            remove => inner.LeadershipChanged -= value;
        }

        public string ElectionName => inner.ElectionName;

        public string InstanceId => inner.InstanceId;

        public LeaderInfo? Leader => inner.Leader;

        public bool IsLeader => inner.IsLeader;

        public Leadership? Current => inner.Current;

        public Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
            inner.WaitForLeadershipAsync(cancellationToken);

        public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
            inner.WatchAsync(cancellationToken);

        public Task ReleaseAsync(CancellationToken cancellationToken = default) =>
            inner.ReleaseAsync(cancellationToken);
    }
}
