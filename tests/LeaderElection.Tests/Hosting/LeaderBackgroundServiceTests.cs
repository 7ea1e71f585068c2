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
    public void Work_that_fails_while_it_leads_gives_the_leadership_away_and_is_called_in_the_next_term()
    {
        using var service = new Service(_elector, (_, _) => throw new InvalidOperationException("The work failed."));
        var running = service.RunAsync(_stop.Token);

        _elector.BecomeLeader();
        _elector.IsLeader.ShouldBeFalse();
        running.IsCompleted.ShouldBeFalse("the host is not told");
        _elector.BecomeLeader();

        service.Terms.ShouldBe([1, 2]);
    }

    [Fact]
    public void Where_asked_for_the_host_is_told_of_work_that_fails()
    {
        using var service = new Service(_elector, (_, _) => throw new InvalidOperationException("The work failed."))
        {
            OnFailure = WhenWorkFails.TellHost,
        };
        var running = service.RunAsync(_stop.Token);

        _elector.BecomeLeader();

        _elector.IsLeader.ShouldBeFalse();
        running.Exception!.InnerException!.Message.ShouldBe("The work failed.");
    }

    [Fact]
    public void Where_asked_for_work_that_returns_gives_the_leadership_away()
    {
        using var service = new Service(_elector, (_, _) => Task.CompletedTask)
        {
            OnReturn = WhenWorkReturns.GiveAway,
        };
        var running = service.RunAsync(_stop.Token);

        _elector.BecomeLeader();
        _elector.IsLeader.ShouldBeFalse();
        _elector.BecomeLeader();

        service.Terms.ShouldBe([1, 2]);
        running.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void What_the_elector_throws_reaches_the_host_once()
    {
        using var service = new Service(new BrokenElector(), (_, _) => Task.CompletedTask);

        service.RunAsync(_stop.Token).Exception!.InnerException.ShouldBeOfType<NotSupportedException>();
    }

    private sealed class Service(ILeaderElector elector, Func<Leadership, CancellationToken, Task> work)
        : LeaderBackgroundService(elector)
    {
        public List<long> Terms { get; } = [];

        public WhenWorkFails OnFailure { get; init; }

        public WhenWorkReturns OnReturn { get; init; }

        protected override WhenWorkFails WhenWorkFails => OnFailure;

        protected override WhenWorkReturns WhenWorkReturns => OnReturn;

        // As the host does, but on the test's thread.
        public Task RunAsync(CancellationToken stoppingToken) => ExecuteAsync(stoppingToken);

        protected override Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken)
        {
            Terms.Add(leadership.FencingToken);
            return work(leadership, cancellationToken);
        }
    }

    private sealed class BrokenElector : ILeaderElector
    {
        public event EventHandler<LeadershipChangedEventArgs>? LeadershipChanged
        {
            add { }
            remove { }
        }

        public string ElectionName => "orders";

        public string InstanceId => "broken";

        public bool IsLeader => false;

        public Leadership? Current => null;

        public LeaderInfo? Leader => null;

        public Task<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<LeadershipChange> WatchAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task ReleaseAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
