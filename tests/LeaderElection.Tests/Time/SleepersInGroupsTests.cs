namespace LeaderElection.Tests;

/// <summary>Where many sleep they wake together, a little late; whoever sleeps among few wakes at his time.</summary>
public class SleepersInGroupsTests
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostLate = TimeSpan.FromMilliseconds(32);

    private readonly ManualClock _clock = new();
    private readonly Random _random = new(1);

    // For each that woke, how late.
    private readonly List<TimeSpan> _late = [];
    private readonly HashSet<TimeSpan> _moments = [];

    [Fact]
    public void Ten_thousand_wake_in_few_groups_none_too_early_and_none_much_too_late()
    {
        Sleep(10_000, least: 2, most: 4);

        _clock.Advance(TimeSpan.FromSeconds(5));

        _late.Count.ShouldBe(10_000);
        _late.ShouldAllBe(late => late >= TimeSpan.Zero && late <= MostLate + Grain);

        // Those who came first slept among few.
        _moments.Count.ShouldBeLessThan(1_000);
    }

    [Fact]
    public void A_short_sleep_among_ten_thousand_lasts_a_sixteenth_longer_at_the_most()
    {
        Sleep(10_000, least: 2, most: 4);
        Sleep(100, least: 0.016, most: 0.016);

        _clock.Advance(TimeSpan.FromSeconds(1));

        _late.Count.ShouldBe(100);
        _late.ShouldAllBe(late => late <= 2 * Grain);
    }

    [Fact]
    public void Few_wake_at_their_time()
    {
        Sleep(100, least: 2, most: 4);

        _clock.Advance(TimeSpan.FromSeconds(5));

        _late.Count.ShouldBe(100);
        _late.ShouldAllBe(late => late <= Grain);
    }

    private void Sleep(int sleepers, double least, double most)
    {
        for (var i = 0; i < sleepers; i++)
            _ = SleepAsync(TimeSpan.FromSeconds(least + (most - least) * _random.NextDouble()));
    }

    private async Task SleepAsync(TimeSpan duration)
    {
        var due = _clock.Elapsed + duration;
        await new Alarm(_clock).SleepAsync(duration).ConfigureAwait(false);
        _late.Add(_clock.Elapsed - due);
        _moments.Add(_clock.Elapsed);
    }
}
