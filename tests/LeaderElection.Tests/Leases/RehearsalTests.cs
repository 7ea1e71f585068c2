namespace LeaderElection.Tests;

public sealed class RehearsalTests
{
    [Fact]
    public async Task The_rehearsed_term_begins_and_ends() =>
        await Should.NotThrowAsync(
            Rehearsal.PlayAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

    [Fact]
    public async Task It_is_in_nobodys_metrics()
    {
        using var measurements = new Measurements(meter => meter.Name == "LeaderElection");

        await Rehearsal.PlayAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        measurements.Of("leader_election.transitions").ShouldAllBe(measured => !measured.Tags.Contains("rehearsal"));
        measurements.Of("leader_election.attempt.duration")
            .ShouldAllBe(measured => !measured.Tags.Contains("rehearsal"));
    }
}
