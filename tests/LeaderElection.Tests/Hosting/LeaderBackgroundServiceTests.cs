namespace LeaderElection.Tests;

public sealed class LeaderBackgroundServiceTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeLeaderElector _elector = new();

    public LeaderBackgroundServiceTests() => SynchronizationContext.SetSynchronizationContext(null);

    public void Dispose() => _stop.Dispose();

    [Fact]
    public void The_work_is_called_once_in_every_term_even_if_it_returns_early()
    {
        using var service = new Service(_elector, (_, _) => Task.CompletedTask);
        var running = service.RunAsync(_stop.Token);
        service.Terms.ShouldBeEmpty();

        _elector.BecomeLeader();
        _elector.IsLeader.ShouldBeTrue();
        service.Terms.ShouldBe([1]);
        _elector.LoseLeadership();
        _elector.BecomeLeader();

        service.Terms.ShouldBe([1, 2]);
        running.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void The_work_is_told_when_the_term_ends_and_when_the_host_stops()
    {
        var ends = new List<bool>();
        using var service = new Service(_elector, async (leadership, token) =>
        {
            var told = new TaskCompletionSource();
            await using var registration = token.Register(() => told.TrySetResult());
            await told.Task;
            ends.Add(leadership.IsHeld);
        });
        var running = service.RunAsync(_stop.Token);

        _elector.BecomeLeader();
        _elector.LoseLeadership();
        _elector.BecomeLeader();
        _stop.Cancel();

        ends.ShouldBe([false, true]);
        running.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public void Work_that_fails_while_it_leads_gives_the_leadership_away_and_tells_the_host()
    {
        using var service = new Service(_elector, (_, _) => throw new InvalidOperationException("The work failed."));
        var running = service.RunAsync(_stop.Token);

        _elector.BecomeLeader();

        _elector.IsLeader.ShouldBeFalse();
        running.Exception!.InnerException!.Message.ShouldBe("The work failed.");
    }

    private sealed class Service(ILeaderElector elector, Func<Leadership, CancellationToken, Task> work)
        : LeaderBackgroundService(elector)
    {
        public List<long> Terms { get; } = [];

        // As the host does, but on the test's thread.
        public Task RunAsync(CancellationToken stoppingToken) => ExecuteAsync(stoppingToken);

        protected override Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken)
        {
            Terms.Add(leadership.FencingToken);
            return work(leadership, cancellationToken);
        }
    }
}
