namespace LeaderElection.Tests;

public class ElectionViewTests
{
    /// <summary>Looks whenever anybody reads a clock, so also between two writes of the loop.</summary>
    [Fact]
    public void Whoever_sees_the_term_sees_that_this_instance_leads()
    {
        var clock = new WatchedClock();
        var elector = new LeaseElector(
            new InMemoryLeaseStore(clock.Inner), Arena.Options("a"), loggerFactory: null, clock);
        var looks = 0;
        var torn = 0;
        clock.OnRead = () =>
        {
            looks++;
            if (elector.Current is not null != elector.IsLeader)
                torn++;
        };

        _ = elector.StartAsync();
        clock.Inner.Settle();
        clock.OnRead = null;

        elector.IsLeader.ShouldBeTrue();
        looks.ShouldBeGreaterThan(10);
        torn.ShouldBe(0);
    }

    private sealed class WatchedClock : TimeProvider
    {
        private bool _isLooking;

        public ManualClock Inner { get; } = new();

        public Action? OnRead { get; set; }

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override long GetTimestamp()
        {
            Look();
            return Inner.GetTimestamp();
        }

        public override DateTimeOffset GetUtcNow()
        {
            Look();
            return Inner.GetUtcNow();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Inner.CreateTimer(callback, state, dueTime, period);

        // What looks reads the clock itself.
        private void Look()
        {
            if (_isLooking)
                return;
            _isLooking = true;
            OnRead?.Invoke();
            _isLooking = false;
        }
    }
}
