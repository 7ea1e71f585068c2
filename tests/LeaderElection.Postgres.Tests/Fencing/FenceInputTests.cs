using Dapper;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>What cannot be fenced, and whether the message helps.</summary>
public sealed class FenceInputTests(TestServer server)
{
    private const string Schema = "fence_input";
    private const string Secret = "not for anybody's eyes";

    [Fact]
    public async Task Nothing_is_refused_as_nothing()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Leadership none = null!;

        await Should.ThrowAsync<ArgumentNullException>(() => none.BeginFencedTransactionAsync(connection));
        await Should.ThrowAsync<ArgumentNullException>(() => none.FenceAsync(transaction));
        await Should.ThrowAsync<ArgumentNullException>(() => election.Term.BeginFencedTransactionAsync(null!));
        await Should.ThrowAsync<ArgumentNullException>(() => election.Term.FenceAsync(null!));
    }

    [Fact]
    public async Task A_term_in_memory_is_told_what_to_use()
    {
        var store = new InMemoryLeaseStore();
        await using var elector = new LeaseElector(store);
        await elector.StartAsync();

        (await ErrorAsync(await elector.LeadsSoonAsync())).ShouldContain("UsePostgres");
    }

    [Fact]
    public async Task A_closed_connection_is_to_be_opened_first()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = new NpgsqlConnection(server.ConnectionString);

        (await ErrorAsync(election.Term, connection)).ShouldContain("Open it");
    }

    [Fact]
    public async Task A_connection_in_a_transaction_cannot_begin_another()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        (await ErrorAsync(election.Term, connection)).ShouldContain("already in progress");
    }

    [Fact]
    public async Task A_transaction_that_has_ended_is_of_no_use()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        var committed = await connection.BeginTransactionAsync();
        await committed.CommitAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => election.Term.FenceAsync(committed));
        await committed.DisposeAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => election.Term.FenceAsync(committed));
    }

    [Fact]
    public async Task An_aborted_transaction_is_to_be_rolled_back()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Should.ThrowAsync<PostgresException>(connection.ExecuteAsync("SELECT 1 / 0"));

        var error = await Should.ThrowAsync<InvalidOperationException>(election.Term.FenceAsync(transaction));

        error.Message.ShouldContain("Roll it back");
        error.InnerException.ShouldBeOfType<PostgresException>();
    }

    [Fact]
    public async Task A_read_only_transaction_is_refused()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var connection = await election.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SET TRANSACTION READ ONLY", transaction: transaction);

        var error = await Should.ThrowAsync<InvalidOperationException>(election.Term.FenceAsync(transaction));

        error.Message.ShouldContain("read-only");
    }

    [Fact]
    public async Task Another_database_without_the_table_is_named_and_no_password_is()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var elsewhere = await server.NewDatabaseAsync();
        await using var connection = new NpgsqlConnection(elsewhere.ConnectionString);
        await connection.OpenAsync();

        NamesBoth(await ErrorAsync(election.Term, connection), connection);
    }

    // The row matches to the last column: nothing but the identity of the server tells them apart.
    [Fact]
    public async Task Another_database_with_the_very_same_row_is_no_silent_pass()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await using var elsewhere = await server.NewDatabaseAsync();
        await CopyRowAsync(elsewhere.ConnectionString, election.Term);
        await using var connection = new NpgsqlConnection(elsewhere.ConnectionString);
        await connection.OpenAsync();

        NamesBoth(await ErrorAsync(election.Term, connection), connection);
    }

    [Fact]
    public async Task A_database_of_that_name_on_another_server_is_no_silent_pass()
    {
        await using var other = await LeaderElection.Lab.PostgresServer.StartThrowAwayAsync();
        await using var election = await FencedElection.StartAsync(server, Schema);
        var name = new NpgsqlConnectionStringBuilder(server.ConnectionString).Database;
        await server.ExecuteAsync($"CREATE DATABASE \"{name}\"", other.ConnectionString);
        var there = new NpgsqlConnectionStringBuilder(other.ConnectionString) { Database = name, Pooling = false };
        await CopyRowAsync(there.ConnectionString, election.Term);
        await using var connection = new NpgsqlConnection(there.ConnectionString);
        await connection.OpenAsync();

        NamesBoth(await ErrorAsync(election.Term, connection), connection);
    }

    [Fact]
    public async Task A_restart_of_the_server_makes_no_other_database_of_it()
    {
        await using var own = await LeaderElection.Lab.PostgresServer.StartThrowAwayAsync();
        await using var store = new PostgresLeaseStore(own.ConnectionString);
        await using var elector = new LeaseElector(
            store, new LeaderElectionOptions { LeaseDuration = TimeSpan.FromMinutes(1) });
        await elector.StartAsync();
        var term = await elector.LeadsSoonAsync();

        await own.RestartAsync();
        await using var connection = await own.OpenAsync();

        await using var transaction = await term.BeginFencedTransactionAsync(connection);
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task A_role_without_the_rights_is_told_which()
    {
        await using var election = await FencedElection.StartAsync(server, Schema);
        await server.ExecuteAsync(
            $"""
            DROP ROLE IF EXISTS leader_election_fencing;
            CREATE ROLE leader_election_fencing LOGIN PASSWORD '{Secret.Replace("'", "''", StringComparison.Ordinal)}';
            GRANT USAGE ON SCHEMA {Schema} TO leader_election_fencing;
            GRANT SELECT ON {Schema}.leader_lease TO leader_election_fencing;
            """);
        await using var connection = await election.OpenAsync(settings =>
        {
            settings.Username = "leader_election_fencing";
            settings.Password = Secret;
        });

        (await ErrorAsync(election.Term, connection)).ShouldContain("SELECT, UPDATE");
        await server.ExecuteAsync($"GRANT UPDATE ON {Schema}.leader_lease TO leader_election_fencing");
        await using (var transaction = await election.Term.BeginFencedTransactionAsync(connection))
            await transaction.CommitAsync();

        await server.ExecuteAsync("DROP OWNED BY leader_election_fencing");
    }

    private static async Task<string> ErrorAsync(Leadership term, NpgsqlConnection? connection = null)
    {
        await using var none = new NpgsqlConnection();
        var error = await Should.ThrowAsync<InvalidOperationException>(
            () => term.BeginFencedTransactionAsync(connection ?? none));
        return error.Message;
    }

    private void NamesBoth(string message, NpgsqlConnection there)
    {
        var here = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        message.ShouldContain($"database '{here.Database}' at {here.Host}:{here.Port}");
        message.ShouldContain($"database '{there.Database}' at {there.Host}:{there.Port}");
        if (here.Password is { Length: > 0 } password)
            message.ShouldNotContain(password);
    }

    private async Task CopyRowAsync(string connectionString, Leadership term)
    {
        await server.ExecuteAsync($"CREATE SCHEMA {Schema}", connectionString);
        await server.ExecuteAsync(PostgresLeaseSchema.CreateScript(Schema), connectionString);
        await server.ExecuteAsync(
            $"""
            INSERT INTO {Schema}.leader_lease VALUES
                ('x', 'leader', {term.FencingToken}, clock_timestamp() + interval '1 h', clock_timestamp(), NULL)
            """,
            connectionString);
    }
}
