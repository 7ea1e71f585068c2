namespace LeaderElection.Postgres.Tests;

public sealed class TableNamesTests(TestServer server)
{
    // What drivers and mappers take for a parameter where they look into a statement.
    [Theory]
    [InlineData("?x?")]
    [InlineData("@id")]
    [InlineData(":id")]
    [InlineData("$1")]
    [InlineData("a;b -- c")]
    [InlineData("{x} 'y' \"z\"")]
    public async Task A_table_may_be_called_what_looks_like_a_parameter(string name)
    {
        var options = await server.NewSchemaAsync("named");
        options.TableName = name;
        await using var store = new PostgresLeaseStore(server.ConnectionString, options);
        await using var elector = new LeaseElector(store, new LeaderElectionOptions { ElectionName = "x" });
        await elector.StartAsync(TestContext.Current.CancellationToken);
        var term = await elector.LeadsSoonAsync();

        await using (var connection = new Npgsql.NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await term.BeginFencedTransactionAsync(
                connection, TestContext.Current.CancellationToken);
        }

        var renewed = await store.RenewAsync(
            "x", term.FencingToken, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        renewed.ShouldBeOfType<LeaseAnswer.Granted>();
        await elector.StopAsync(TestContext.Current.CancellationToken);
        (await store.ReadAsync("x", TestContext.Current.CancellationToken)).ShouldBeNull();
    }
}
