namespace LeaderElection.Tests;

public class FailingWorkTests
{
    private readonly Arena _arena = new();
    private readonly List<TimeSpan> _began = [];

    [Fact]
    public void Work_that_fails_again_and_again_stands_aside_twice_as_long_every_time()
    {
        var elector = _arena.Started();
        _ = WorkForeverAsync(elector, (_, _) => throw new InvalidOperationException("The work failed."));

        _arena.AdvanceUntil(() => _began.Count == 5, 200);

        // Three quarters of 1, 2, 4 and 8 leases, but never less than the cool-down.
        Pauses().ShouldBe([10, 15, 30, 60]);
    }

    [Fact]
    public void No_back_off_is_longer_than_five_minutes()
    {
        var elector = _arena.Started();
        _ = WorkForeverAsync(elector, (_, _) => throw new InvalidOperationException("The work failed."));

        _arena.AdvanceUntil(() => _began.Count == 9, 2000);

        Pauses()[^2..].ShouldBe([225, 225]);
    }

    [Fact]
    public void A_term_that_worked_ends_the_row_of_failures()
    {
        var elector = _arena.Started();
        _ = WorkForeverAsync(elector, (_, token) => _began.Count == 4
            ? UntilCancelledAsync(token)
            : throw new InvalidOperationException("The work failed."));
        _arena.AdvanceUntil(() => _began.Count == 4, 200);

        _arena.Advance(20);
        _arena.Usurp();
        _arena.AdvanceUntil(() => _began.Count == 5, 20);
        elector.Status.WorkFailure.ShouldNotBeNull().InARow.ShouldBe(1);
    }

    [Fact]
    public void Work_that_ran_for_longer_than_the_longest_back_off_begins_a_new_row()
    {
        var elector = _arena.Started();
        var fail = new TaskCompletionSource();
        _ = WorkForeverAsync(elector, (_, _) => _began.Count == 3
            ? fail.Task
            : throw new InvalidOperationException("The work failed."));
        _arena.AdvanceUntil(() => _began.Count == 3, 200);

        _arena.Advance(301);
        fail.SetException(new InvalidOperationException("After five minutes."));
        _arena.Clock.Settle();

        elector.Status.WorkFailure.ShouldNotBeNull().InARow.ShouldBe(1);
    }

    [Fact]
    public void While_it_backs_off_an_instance_does_not_run_for_office_and_says_why()
    {
        var elector = _arena.Started();
        _ = WorkForeverAsync(elector, (_, _) => throw new InvalidOperationException("The work failed."));
        _arena.AdvanceUntil(() => _began.Count == 2, 20);
        var attempts = _arena.Store.Count(StoreOperation.Acquire);

        _arena.Advance(14);

        var failure = elector.Status.WorkFailure.ShouldNotBeNull();
        failure.Message.ShouldBe("InvalidOperationException: The work failed.");
        failure.InARow.ShouldBe(2);
        failure.RetryIn!.Value.ShouldBeInRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1.1));
        _arena.Store.Count(StoreOperation.Acquire).ShouldBe(attempts);
        _arena.Logs.Count(1023).ShouldBe(2);
    }

    [Fact]
    public void Work_that_nobody_takes_up_again_keeps_its_instance_out_of_office()
    {
        var elector = _arena.Started();
        var failed = elector.RunAsLeaderAsync(
            (_, _) => throw new InvalidOperationException("The work failed."), CancellationToken.None);
        Should.Throw<InvalidOperationException>(() => _arena.Finish(failed));

        _arena.Advance(600);

        elector.IsLeader.ShouldBeFalse();
        _arena.Store.Count(StoreOperation.Acquire).ShouldBe(1);
        elector.Status.WorkFailure.ShouldNotBeNull().RetryIn.ShouldBeNull();
        _arena.Logs.Count(1024).ShouldBe(1);
    }

    [Fact]
    public void Work_that_is_taken_up_again_brings_its_instance_back_at_once()
    {
        var elector = _arena.Started();
        var failed = elector.RunAsLeaderAsync(
            (_, _) => throw new InvalidOperationException("The work failed."), CancellationToken.None);
        Should.Throw<InvalidOperationException>(() => _arena.Finish(failed));
        _arena.Advance(600);

        var running = elector.RunAsLeaderAsync((_, _) => Task.CompletedTask, CancellationToken.None);
        _arena.Clock.Settle();

        running.IsCompletedSuccessfully.ShouldBeTrue();
        elector.Status.WorkFailure.ShouldBeNull();
    }

    [Fact]
    public void Work_that_a_fence_tells_of_the_end_has_not_failed()
    {
        var elector = _arena.Started();
        var running = elector.RunAsLeaderAsync(
            (_, _) =>
            {
                _began.Add(_arena.Clock.Elapsed);
                return _began.Count == 1
                    ? throw new LeadershipLostException("The database says that it is over.")
                    : Task.CompletedTask;
            },
            CancellationToken.None);

        elector.IsLeader.ShouldBeFalse();
        elector.Status.WorkFailure.ShouldBeNull();
        _arena.Finish(running, atMostSeconds: 11);
        _began.Count.ShouldBe(2);
        _arena.Logs.Count(1023).ShouldBe(0);
    }

    [Fact]
    public void An_error_that_cannot_even_say_what_is_wrong_gives_the_leadership_away_all_the_same()
    {
        var elector = _arena.Started();
        var running = elector.RunAsLeaderAsync((_, _) => throw new MuteException(), CancellationToken.None);

        Should.Throw<MuteException>(() => _arena.Finish(running));

        elector.IsLeader.ShouldBeFalse();
        elector.Status.WorkFailure.ShouldNotBeNull().Message.ShouldBe(nameof(MuteException));
    }

    [Fact]
    public void Failed_work_is_counted()
    {
        using var measurements = new Measurements(meter => meter == _arena.Meter);
        var elector = _arena.Started();

        _ = WorkForeverAsync(elector, (_, _) => throw new InvalidOperationException("The work failed."));
        _arena.AdvanceUntil(() => _began.Count == 3, 200);

        measurements.Of("leader_election.work.failures").Sum(measured => measured.Value).ShouldBe(3);
    }

    private async Task WorkForeverAsync(LeaseElector elector, Func<Leadership, CancellationToken, Task> work)
    {
        while (true)
        {
            try
            {
                await elector.RunAsLeaderAsync(
                    (leadership, token) =>
                    {
                        _began.Add(_arena.Clock.Elapsed);
                        return work(leadership, token);
                    },
                    CancellationToken.None);
                return;
            }
            catch (InvalidOperationException)
            {
                // A caller who swallows.
            }
        }
    }

    private List<double> Pauses() =>
        [.. _began.Zip(_began.Skip(1), (before, after) => Math.Round((after - before).TotalSeconds))];

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }

    private sealed class MuteException : Exception
    {
        public override string Message => throw new InvalidOperationException("No message.");
    }
}
