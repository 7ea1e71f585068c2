using LeaderElection.Lab;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// A leader that checked, was frozen past its lease, and writes as the first thing on waking, when another leads and
/// has written already. A row is stale when one with a higher token landed before it.
/// </summary>
public sealed class StaleWriteTests(TestServer server)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(400);

    private const string CountStale =
        """
        SELECT count(*)::int
        FROM (SELECT token, max(token) OVER (ORDER BY landed) AS highest FROM stale_writes.written) rows
        WHERE token < highest
        """;

    [Fact]
    public async Task Through_the_fence_no_stale_row_lands_in_200_rounds()
    {
        var refused = await FreezeAndThawAsync(NodeWrite.Fenced, rounds: 200);

        (await server.QueryAsync<int>(CountStale)).ShouldBe(0);
        refused.ShouldBe(200);
        (await server.QueryAsync<int>("SELECT count(*)::int FROM stale_writes.written")).ShouldBe(200);
    }

    // Shows that the test above can fail.
    [Fact]
    public async Task Without_the_fence_stale_rows_land()
    {
        var refused = await FreezeAndThawAsync(NodeWrite.Plain, rounds: 3);

        (await server.QueryAsync<int>(CountStale)).ShouldBe(3);
        refused.ShouldBe(0);
    }

    /// <summary>How many writes of leaders that were thawed were refused.</summary>
    private async Task<int> FreezeAndThawAsync(NodeWrite way, int rounds)
    {
        await server.NewSchemaAsync("stale_writes");
        await server.ExecuteAsync(
            "CREATE TABLE stale_writes.written (landed bigint GENERATED ALWAYS AS IDENTITY, token bigint NOT NULL)");
        await using var party = new NodeParty(server.ConnectionString, "stale_writes") { LeaseDuration = Lease };
        await party.AddAsync("a");
        await party.AddAsync("b");

        var refused = 0;
        for (var round = 0; round < rounds; round++)
        {
            var (frozen, term) = await PreparedLeaderAsync(party, after: 0);
            frozen.Freeze();
            await SuccessorWritesAsync(party, term, way);

            var toldAt = await frozen.BeginWriteAsync(way);
            frozen.Thaw();
            if (!await frozen.AnswerAsync(toldAt, TestTime.Patience))
                refused++;
        }

        return refused;
    }

    // With leases this short a leader can lose its term on a busy machine before it writes; then it leads anew.
    private static async Task SuccessorWritesAsync(NodeParty party, long after, NodeWrite way)
    {
        while (true)
        {
            var (successor, term) = await PreparedLeaderAsync(party, after);
            if (await successor.AnswerAsync(await successor.BeginWriteAsync(way), TestTime.Patience))
                return;
            after = term;
        }
    }

    private static async Task<(NodeProcess Node, long Token)> PreparedLeaderAsync(NodeParty party, long after)
    {
        while (true)
        {
            var latest = party.History.Stretches.LastOrDefault(stretch => stretch.Token > after)
                ?? await party.LeaderAfterAsync(after);
            var node = party.Of(latest);
            if (await node.PrepareAsync(TestTime.Patience) is { } token && token > after)
                return (node, token);
            after = latest.Token;
        }
    }
}
