using Dapper;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>That the servers that tests break do what they say.</summary>
public sealed class ServersTests(TestServer server)
{
    [Fact]
    public async Task A_standby_has_what_was_committed_before_the_cut_and_takes_over_round_after_round()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        await ExecuteAsync(pair.Primary, "CREATE TABLE rounds (number int)");

        for (var round = 1; round <= 2; round++)
        {
            await ExecuteAsync(pair.Primary, $"INSERT INTO rounds VALUES ({round})");
            await pair.CatchUpAsync();
            pair.CutReplication();
            await ExecuteAsync(pair.Primary, "INSERT INTO rounds VALUES (-1)");
            await pair.Primary.KillAsync();
            await pair.PromoteAsync();

            (await QueryAsync<string>(pair.Primary, "SELECT string_agg(number::text, ' ' ORDER BY number) FROM rounds"))
                .ShouldBe(string.Join(' ', Enumerable.Range(1, round)));
            await pair.RebuildStandbyAsync();
            (await QueryAsync<bool>(pair.Standby, "SELECT pg_is_in_recovery()")).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_standby_follows_again_when_the_cut_is_mended()
    {
        await using var pair = await ReplicatedServer.StartAsync();
        pair.CutReplication();
        await ExecuteAsync(pair.Primary, "CREATE TABLE mended ()");

        pair.MendReplication();
        await pair.CatchUpAsync();

        (await QueryAsync<long>(pair.Standby, "SELECT count(*) FROM mended")).ShouldBe(0);
    }

    [Fact]
    public async Task A_stepped_clock_shows_in_old_and_new_sessions_at_once_and_goes_on_from_there()
    {
        await using var clocked = await ClockedServer.StartAsync();
        await using var old = await clocked.Server.OpenAsync();
        (await AheadAsync(old)).ShouldBeInRange(-5, 5);

        await clocked.StepClockAsync(TimeSpan.FromHours(2));
        (await AheadAsync(old)).ShouldBeInRange(7195, 7205);
        await clocked.StepClockAsync(TimeSpan.FromHours(-3));
        (await AheadAsync(old)).ShouldBeInRange(-3605, -3595);

        await using var later = await clocked.Server.OpenAsync();
        (await AheadAsync(later)).ShouldBeInRange(-3605, -3595);
        var slept = await later.QuerySingleAsync<double>(
            "SELECT extract(epoch FROM (SELECT clock_timestamp() FROM pg_sleep(0.1)) - now())::float8");
        slept.ShouldBeInRange(0.1, 5);
    }

    [Fact]
    public async Task A_pooler_in_transaction_mode_hands_its_one_connection_from_client_to_client()
    {
        await using var pooler = await PgBouncer.StartAsync(server.ConnectionString, poolSize: 1);
        await using var one = new NpgsqlConnection(pooler.ConnectionString);
        await using var other = new NpgsqlConnection(pooler.ConnectionString);
        await one.OpenAsync();
        await other.OpenAsync();

        var session = await one.QuerySingleAsync<int>("SELECT pg_backend_pid()");

        (await other.QuerySingleAsync<int>("SELECT pg_backend_pid()")).ShouldBe(session);
        await using var transaction = await one.BeginTransactionAsync();
        await one.ExecuteAsync("SELECT 1", transaction: transaction);
        var waiting = other.QuerySingleAsync<int>("SELECT pg_backend_pid()");
        await one.ExecuteAsync("SELECT pg_sleep(0.2)", transaction: transaction);
        waiting.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync();
        (await waiting).ShouldBe(session);
    }

    /// <summary>How many seconds the server's clock is ahead of this machine's.</summary>
    private static async Task<double> AheadAsync(NpgsqlConnection connection)
    {
        var now = await connection.QuerySingleAsync<DateTime>("SELECT clock_timestamp()");
        return (now.ToUniversalTime() - DateTime.UtcNow).TotalSeconds;
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = await server.OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    private static async Task<T> QueryAsync<T>(PostgresServer server, string sql)
    {
        await using var connection = await server.OpenAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }
}
