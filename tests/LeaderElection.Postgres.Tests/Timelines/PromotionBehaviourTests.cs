using Dapper;

namespace LeaderElection.Postgres.Tests;

/// <summary>One test per thing that is taken for granted about the promotion of a standby.</summary>
public sealed class PromotionBehaviourTests : OnReplicatedServer
{
    [Fact]
    public async Task A_promoted_standby_shows_the_new_timeline_at_once_and_the_same_system_identifier()
    {
        const string Timeline = "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)";
        const string System = "SELECT system_identifier FROM pg_control_system()";
        var (before, system) = (await QueryAsync<string>(Timeline), await QueryAsync<long>(System));

        await Pair.Primary.KillAsync();
        await Pair.PromoteAsync();

        (before, await QueryAsync<string>(Timeline)).ShouldBe(("00000001", "00000002"));
        (await QueryAsync<long>(System)).ShouldBe(system);
    }

    [Fact]
    public async Task Rows_and_sequences_of_a_lagging_standby_go_back_in_time()
    {
        const string Next = "SELECT nextval('tokens')";
        await ExecuteAsync("CREATE SEQUENCE tokens; CREATE TABLE leases (token bigint)");
        await ExecuteAsync($"INSERT INTO leases {Next}");
        await Pair.CatchUpAsync();
        Pair.CutReplication();

        // A sequence writes ahead for 32 numbers at a time: less than that shows nothing.
        for (var number = 0; number < 100; number++)
            await ExecuteAsync($"UPDATE leases SET token = ({Next})");
        await Pair.Primary.KillAsync();
        await Pair.PromoteAsync();

        (await QueryAsync<long>("SELECT token FROM leases")).ShouldBe(1);
        (await QueryAsync<long>(Next)).ShouldBeLessThan(101);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Pair.Primary.OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    private async Task<T> QueryAsync<T>(string sql)
    {
        await using var connection = await Pair.Primary.OpenAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }
}
