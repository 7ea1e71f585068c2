namespace LeaderElection.Tests;

public sealed class RehearsalTests
{
    [Fact]
    public async Task The_rehearsed_term_begins_and_ends() =>
        await Should.NotThrowAsync(Rehearsal.PlayAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
}
