using Npgsql;

namespace LeaderElection.Tests;

public sealed class FakeTermTests
{
    [Fact]
    public async Task A_fake_term_is_told_what_to_use_where_it_is_to_be_fenced()
    {
        var term = new FakeLeaderElector().BecomeLeader();
        await using var connection = new NpgsqlConnection();

        var error = await Should.ThrowAsync<InvalidOperationException>(
            () => term.BeginFencedTransactionAsync(connection, TestContext.Current.CancellationToken));

        error.Message.ShouldContain("unit test");
    }
}
