using System.Diagnostics;

namespace LeaderElection.Tests;

public sealed class TracesTests : IDisposable
{
    private readonly string _election = $"traced {Guid.NewGuid():N}";
    private readonly Arena _arena = new();
    private readonly List<Activity> _spans = [];
    private readonly ActivityListener _listener;

    public TracesTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LeaderElection",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                // The source is the process's: other tests trace, too.
                if (span.GetTagItem("leader_election.name") as string == _election)
                    _spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void There_is_a_span_for_every_change_and_none_for_a_renewal()
    {
        var elector = _arena.Started(configure: options => options.ElectionName = _election);
        _arena.Advance(60);
        _arena.Finish(elector.StopAsync(), atMostSeconds: 1);
        _arena.Clock.Settle();

        _spans.Select(span => span.OperationName).ShouldBe(["leader_election acquired", "leader_election stopped"]);
        _spans.ShouldAllBe(span => Equals(span.GetTagItem("leader_election.fencing_token"), 1L));
        _spans[0].GetTagItem("leader_election.leader").ShouldBe("a");
    }

    [Fact]
    public void A_failed_attempt_has_a_span_as_long_as_it_took()
    {
        var elector = _arena.Started(configure: options => options.ElectionName = _election);
        _arena.Store.Next(StoreOperation.Renew, Fault.Hang());
        _arena.Advance(7);

        var failed = _spans.Where(span => span.Status == ActivityStatusCode.Error).ShouldHaveSingleItem();
        failed.OperationName.ShouldBe("leader_election renew");
        failed.Duration.ShouldBe(TimeSpan.FromSeconds(1.5));
        failed.GetTagItem("error.type").ShouldBe(typeof(TimeoutException).FullName);
        elector.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public void No_listener_is_called_inside_the_loop()
    {
        var stacks = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LeaderElection",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                // A listener may export on the spot and wait for a collector that is down.
                if (span.GetTagItem("leader_election.name") as string == _election)
                    stacks.Add(Environment.StackTrace);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var elector = _arena.Started(configure: options => options.ElectionName = _election);
        _arena.Store.Next(StoreOperation.Renew, Fault.Throw());
        _arena.Advance(7);
        _arena.Finish(elector.StopAsync(), atMostSeconds: 1);
        _arena.Clock.Settle();

        stacks.Count.ShouldBe(3);
        stacks.ShouldAllBe(stack => !stack.Contains(nameof(LeaseLoop)) && !stack.Contains(nameof(Renewal)));
    }

    [Fact]
    public void Spans_belong_to_no_trace_of_whoever_started_the_elector()
    {
        using var request = new Activity("a request").Start();
        _arena.Started(configure: options => options.ElectionName = _election);

        _spans.ShouldHaveSingleItem().ParentId.ShouldBeNull();
        Activity.Current.ShouldBeSameAs(request);
    }
}
