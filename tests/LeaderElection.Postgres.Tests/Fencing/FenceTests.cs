using System.Data;
using Dapper;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>What a fenced transaction keeps out, and what it lets pass.</summary>
public sealed class FenceTests(TestServer server)
{
    private const string Schema = "fences";

    [Fact]
    public async Task A_leader_writes_in_a_fenced_transaction()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();

        await using (var transaction = await election.Term.BeginFencedTransactionAsync(connection))
        {
            await election.WriteAsync(connection);
            await transaction.CommitAsync();
        }

        (await election.CountWrittenAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_that_runs_already_is_fenced_and_a_savepoint_after_it_changes_nothing()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteScalarAsync<int>("SELECT 1", transaction: transaction);

        await election.Term.FenceAsync(transaction);
        await transaction.SaveAsync("later");
        await transaction.RollbackAsync("later");
        await election.ExpireAsync();
        var takeover = election.TakeOverAsync();
        await election.ContenderIsPutOffAsync();
        await election.WriteAsync(connection);
        await transaction.CommitAsync();

        await takeover;
        (await election.CountWrittenAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task It_is_refused_when_the_lease_has_run_out_whatever_the_instance_believes()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await election.ExpireAsync();

        await IsRefusedAsync(election);
        election.Term.IsHeld.ShouldBeTrue();
    }

    // Found in review: the new primary of a failover may have lost the release, and has the row as it was before.
    [Fact]
    public async Task It_is_refused_when_the_instance_has_given_the_lease_away_whatever_the_database_believes()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await server.ExecuteAsync($"CREATE TABLE {Schema}.lost AS TABLE {Schema}.leader_lease");
        await election.Store.ReleaseAsync("x", election.Term.FencingToken, default);
        await server.ExecuteAsync($"INSERT INTO {Schema}.leader_lease TABLE {Schema}.lost");

        await IsRefusedAsync(election);
    }

    [Fact]
    public async Task It_is_refused_when_another_leads()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await election.ExpireAsync();
        await election.TakeOverAsync();

        await IsRefusedAsync(election);
    }

    [Fact]
    public async Task It_is_refused_when_the_lease_was_given_away()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await election.Store.ReleaseAsync("x", election.Term.FencingToken, default);

        await IsRefusedAsync(election);
    }

    [Fact]
    public async Task A_refused_transaction_that_ran_already_stays_open_with_its_settings_unchanged()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await election.ExpireAsync();
        await using var connection = await election.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await Should.ThrowAsync<LeadershipLostException>(election.Term.FenceAsync(transaction));

        (await connection.ExecuteScalarAsync<string>("SHOW statement_timeout", transaction: transaction)).ShouldBe("0");
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task A_renewal_and_a_cleanup_pass_by_an_open_one()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);

        // Whoever waited for a lock would be given up after this.
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var renewal = await election.Store.RenewAsync(
            "x", election.Term.FencingToken, TimeSpan.FromMinutes(5), soon.Token);
        await election.LeaveAsync(TimeSpan.FromMinutes(-1));
        var deleted = await election.Store.DeleteExpiredAsync(TimeSpan.FromSeconds(5), soon.Token);

        renewal.ShouldBeOfType<LeaseAnswer.Granted>();
        renewal.Lease!.Remaining.ShouldBeGreaterThan(TimeSpan.FromMinutes(4));
        deleted.ShouldBe(0);
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task A_takeover_waits_for_its_commit_and_then_has_a_higher_token()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
        await election.WriteAsync(connection);
        await election.ExpireAsync();

        var takeover = election.TakeOverAsync();
        await election.ContenderIsPutOffAsync();
        takeover.IsCompleted.ShouldBeFalse();
        await transaction.CommitAsync();

        (await takeover).FencingToken.ShouldBeGreaterThan(election.Term.FencingToken);
        (await election.CountWrittenAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_release_waits_for_its_end()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);

        var release = election.Store.ReleaseAsync("x", election.Term.FencingToken, default);
        await election.SomebodyWaitsAsync();
        release.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync();

        (await release).ShouldBeTrue();
    }

    [Fact]
    public async Task Two_of_one_term_do_not_wait_for_each_other()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var one = await election.OpenAsync();
        await using var other = await election.OpenAsync();

        await using var first = await election.Term.BeginFencedTransactionAsync(one);
        await using var second = await election.Term.BeginFencedTransactionAsync(other).WaitAsync(TestTime.Patience);

        second.IsolationLevel.ShouldBe(IsolationLevel.ReadCommitted);
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task It_holds_at_higher_isolation_levels_beside_renewals(IsolationLevel isolationLevel)
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();

        await using (var transaction = await election.Term.BeginFencedTransactionAsync(connection, isolationLevel))
        {
            await election.Store.RenewAsync("x", election.Term.FencingToken, TimeSpan.FromMinutes(1), default);
            await election.WriteAsync(connection);
            transaction.IsolationLevel.ShouldBe(isolationLevel);
            await transaction.CommitAsync();
        }

        (await election.CountWrittenAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task At_higher_isolation_levels_a_renewal_before_the_fence_does_not_weaken_it(
        IsolationLevel isolationLevel)
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await BeginWithStatementAsync(connection, isolationLevel);
        await election.Store.RenewAsync("x", election.Term.FencingToken, TimeSpan.FromMinutes(1), default);

        await election.Term.FenceAsync(transaction);
        await election.ExpireAsync();
        var takeover = election.TakeOverAsync();
        await election.ContenderIsPutOffAsync();
        await election.WriteAsync(connection);
        await transaction.CommitAsync();

        await takeover;
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task At_higher_isolation_levels_a_takeover_since_the_first_statement_is_a_serialization_failure(
        IsolationLevel isolationLevel)
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await BeginWithStatementAsync(connection, isolationLevel);
        await election.ExpireAsync();
        await election.TakeOverAsync();

        var error = await Should.ThrowAsync<PostgresException>(election.Term.FenceAsync(transaction));

        error.SqlState.ShouldBe(PostgresErrorCodes.SerializationFailure);
    }

    [Fact]
    public async Task A_prepared_statement_serves_every_transaction_after_the_fifth()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync(settings => settings.MaxAutoPrepare = 5);
        for (var i = 0; i < 8; i++)
        {
            await using var transaction = await election.Term.BeginFencedTransactionAsync(connection);
            await transaction.CommitAsync();
        }

        (await connection.ExecuteScalarAsync<int>(
            "SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE '%KEY SHARE%'")).ShouldBe(1);
        await election.ExpireAsync();
        await Should.ThrowAsync<LeadershipLostException>(election.Term.BeginFencedTransactionAsync(connection));
    }

    // From repeatable read on a transaction goes by what there was at its first statement.
    private static async Task<NpgsqlTransaction> BeginWithStatementAsync(
        NpgsqlConnection connection, IsolationLevel isolationLevel)
    {
        var transaction = await connection.BeginTransactionAsync(isolationLevel);
        await connection.ExecuteScalarAsync<int>("SELECT 1", transaction: transaction);
        return transaction;
    }

    private static async Task IsRefusedAsync(FencedElection election)
    {
        await using var connection = await election.OpenAsync();

        var refusal = await Should.ThrowAsync<LeadershipLostException>(
            election.Term.BeginFencedTransactionAsync(connection));

        refusal.Message.ShouldContain("'leader'");
        refusal.Message.ShouldContain("'x'");
        refusal.Message.ShouldContain($"term {election.Term.FencingToken}");

        // No transaction was left open: another can begin.
        await using var next = await connection.BeginTransactionAsync();
    }
}
