using System.Diagnostics;
using Dapper;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>How long a fenced transaction can keep the next leader out.</summary>
public sealed class FenceBoundTests(TestServer server)
{
    private const string Schema = "fence_bounds";
    private const string TransactionTimeout = "25P04";
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(700);

    // Well above the lease, so that a takeover at its end cannot be taken for one that was held back.
    private static readonly TimeSpan LongGrace = TimeSpan.FromSeconds(3);

    // What a busy machine may add; more is not noise.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    private static readonly string[] Limits = ["statement_timeout", "idle_in_transaction_session_timeout"];

    [Fact]
    public async Task The_limits_are_what_is_left_of_the_lease_and_the_grace()
    {
        await using var election = await FencedElection.StartAsync(
            server, Schema, options => options.FenceGrace = TimeSpan.FromMinutes(2));
        await election.LeaveAsync(TimeSpan.FromMinutes(3));
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);

        foreach (var limit in Limits)
        {
            var value = await ValueAsync(connection, limit);
            value.ShouldBeGreaterThan(TimeSpan.FromMinutes(4.5));
            value.ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(5));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pooled_connection_has_its_settings_back_after_a_commit_and_a_rollback(bool commits)
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var pool = NpgsqlDataSource.Create(server.With(settings =>
        {
            settings.MaxPoolSize = 1;
            settings.NoResetOnClose = true;
        }));
        await using (var connection = await pool.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("SET statement_timeout = '50s'");
            await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
            (await ValueAsync(connection, Limits[1])).ShouldBeGreaterThan(TimeSpan.Zero);
            if (commits)
                await transaction.CommitAsync();
            else
                await transaction.RollbackAsync();
        }

        await using var again = await pool.OpenConnectionAsync();

        (await ValueAsync(again, Limits[0])).ShouldBe(TimeSpan.FromSeconds(50));
        (await ValueAsync(again, Limits[1])).ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("7s", 7)]
    [InlineData("1min", 60)]
    [InlineData("500ms", 0.5)]
    public async Task A_lower_limit_of_the_user_stays(string lower, double seconds)
    {
        await using var election = await FencedElection.StartAsync(
            server, Schema, options => options.FenceGrace = TimeSpan.FromMinutes(2));
        await using var connection = await election.OpenAsync();
        foreach (var limit in Limits)
            await connection.ExecuteAsync($"SET {limit} = '{lower}'");

        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);

        foreach (var limit in Limits)
            (await ValueAsync(connection, limit)).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_higher_limit_of_the_user_is_lowered()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        foreach (var limit in Limits)
            await connection.ExecuteAsync($"SET {limit} = '2h'");

        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);

        foreach (var limit in Limits)
            (await ValueAsync(connection, limit)).ShouldBeLessThan(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task One_that_stays_idle_is_ended_by_the_server_and_the_takeover_follows()
    {
        await using var election = await FencedElection.StartAsync(
            server, Schema, options => options.FenceGrace = Grace);
        await election.LeaveAsync(TimeSpan.FromMilliseconds(500));
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
        var began = Stopwatch.GetTimestamp();
        await election.WriteAsync(connection);
        await election.ExpireAsync();

        await election.TakeOverAsync();

        var waited = Stopwatch.GetElapsedTime(began);
        waited.ShouldBeGreaterThan(Grace);
        waited.ShouldBeLessThan(TimeSpan.FromMilliseconds(500) + Grace + Late);
        (await election.CountWrittenAsync()).ShouldBe(0);
        await Should.ThrowAsync<NpgsqlException>(transaction.CommitAsync());
    }

    [Fact]
    public async Task One_that_is_stuck_in_a_statement_is_ended_by_the_server()
    {
        await using var election = await FencedElection.StartAsync(
            server, Schema, options => options.FenceGrace = Grace);
        await election.LeaveAsync(TimeSpan.FromMilliseconds(500));
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
        var hasTransactionLimit = connection.PostgreSqlVersion.Major >= 17;

        var error = await Should.ThrowAsync<PostgresException>(connection.ExecuteAsync("SELECT pg_sleep(20)"));

        // A limit for the transaction, which began before the statement, ends it with its session.
        error.SqlState.ShouldBe(hasTransactionLimit ? TransactionTimeout : PostgresErrorCodes.QueryCanceled);
    }

    [Fact]
    public async Task One_of_a_frozen_process_delays_the_next_leader_by_its_bound_at_most()
    {
        await using var party = await WritersAsync("fence_frozen");
        var (leader, term) = await LeaderInOpenFenceAsync(party);

        var frozenAt = leader.Freeze();
        var row = await party.RowAsync();
        var next = await party.LeaderAfterAsync(term);
        leader.Thaw();

        // Held back past the end of the lease, until the server ended the transaction.
        NodeParty.Since(row.RunsOutAt, next.From).ShouldBeGreaterThan(LongGrace - NodeParty.Lease);
        NodeParty.Since(frozenAt, next.From).ShouldBeLessThan(NodeParty.Lease + LongGrace + Late);
        (await server.QueryAsync<int>("SELECT count(*)::int FROM fence_frozen.written")).ShouldBe(0);
        party.History.Overlap.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task One_of_a_killed_process_ends_with_it()
    {
        await using var party = await WritersAsync("fence_killed");
        var (leader, term) = await LeaderInOpenFenceAsync(party);

        await leader.KillAsync();
        var row = await party.RowAsync();
        var next = await party.LeaderAfterAsync(term);

        NodeParty.Since(row.RunsOutAt, next.From).ShouldBeLessThan(Late);
        party.History.Overlap.ShouldBe(TimeSpan.Zero);
    }

    private static async Task<TimeSpan> ValueAsync(NpgsqlConnection connection, string setting) =>
        await connection.ExecuteScalarAsync<TimeSpan>("SELECT current_setting(@setting)::interval", new { setting });

    private static async Task<(NodeProcess Leader, long Token)> LeaderInOpenFenceAsync(NodeParty party)
    {
        var first = await party.LeaderAfterAsync(0);
        var leader = party.Of(first);
        (await leader.PrepareAsync(TestTime.Patience)).ShouldBe(first.Token);
        await leader.HoldAsync(TestTime.Patience);
        return (leader, first.Token);
    }

    private async Task<NodeParty> WritersAsync(string schema)
    {
        await server.NewSchemaAsync(schema);
        await server.ExecuteAsync($"CREATE TABLE {schema}.written (token bigint NOT NULL)");
        var party = new NodeParty(server.ConnectionString, schema) { FenceGrace = LongGrace };
        await party.AddAsync("a");
        await party.AddAsync("b");
        return party;
    }
}
