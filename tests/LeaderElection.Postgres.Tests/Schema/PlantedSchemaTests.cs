using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Somebody may create in a schema of the search path, even one before <c>pg_catalog</c>: nothing of his runs when a
/// schema is looked at, made or mended, and nothing of his is kept in what was made.
/// </summary>
public sealed class PlantedSchemaTests(TestServer server, LookAlikes planted) : IClassFixture<LookAlikes>
{
    private const string Schema = "beside_planted";

    private static readonly LeaseTable Table = new(Schema, "leader_lease");

    private const string KeptOfHis =
        """
        SELECT count(*) FROM pg_depend d
        LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
        LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
        LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
        LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
        LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
        JOIN pg_class made ON made.oid IN (c.conrelid, a.adrelid)
            OR d.classid = 'pg_class'::regclass AND made.oid = d.objid
        WHERE 'planted'::regnamespace IN (p.pronamespace, o.oprnamespace, t.typnamespace)
            AND made.relnamespace = 'beside_planted'::regnamespace
        """;

    [Fact]
    public async Task Nothing_planted_runs_when_a_schema_is_made_and_looked_at()
    {
        var before = await planted.CountCallsAsync();
        await using var connection = await OpenAmongPlantsAsync("SELECT 1");

        await new LeaseSchema(Table, create: true, NullLogger.Instance).PrepareAsync(connection, default);
        await new LeaseSchema(Table, create: false, NullLogger.Instance).PrepareAsync(connection, default);

        (await server.QueryAsync<long>(KeptOfHis)).ShouldBe(0);
        (await planted.CountCallsAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("ALTER TABLE beside_planted.leader_lease DROP CONSTRAINT leader_lease_id_fencing_token_key")]
    [InlineData("ALTER TABLE beside_planted.leader_lease DROP CONSTRAINT leader_lease_pkey")]
    [InlineData("ALTER TABLE beside_planted.leader_lease ADD UNIQUE (leader_id) DEFERRABLE")]
    [InlineData("ALTER TABLE beside_planted.leader_lease DROP COLUMN endpoint")]
    [InlineData("ALTER TABLE beside_planted.leader_lease SET UNLOGGED")]
    [InlineData("ALTER SEQUENCE beside_planted.leader_lease_token_seq CACHE 9")]
    [InlineData(
        "INSERT INTO beside_planted.leader_lease VALUES ('x', 'y', 50, now() + interval '1 h', now(), NULL)")]
    public async Task Nothing_planted_runs_when_a_schema_is_mended(string damage)
    {
        var before = await planted.CountCallsAsync();
        await using var connection = await OpenAmongPlantsAsync(OlderSchema.Version1(Schema) + "; " + damage);

        await PostgresLeaseSchema.CreateAsync(connection, Table, default);
        await new LeaseSchema(Table, create: false, NullLogger.Instance).PrepareAsync(connection, default);

        (await server.QueryAsync<long>(KeptOfHis)).ShouldBe(0);
        (await planted.CountCallsAsync()).ShouldBe(before);
    }

    // The search path is set on the open connection: the driver has questions of its own while it opens one.
    private async Task<NpgsqlConnection> OpenAmongPlantsAsync(string prepare)
    {
        await server.NewSchemaAsync(Schema);
        await server.ExecuteAsync(prepare);
        var connection = new NpgsqlConnection(server.With(settings => settings.Pooling = false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SET search_path = planted, pg_catalog", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
