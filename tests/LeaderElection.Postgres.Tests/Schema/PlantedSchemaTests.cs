using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Somebody may create in a schema of the search path, even one before <c>pg_catalog</c>: nothing of his runs when a
/// schema is looked at, made or mended, and nothing of his is kept in what was made.
/// </summary>
public sealed class PlantedSchemaTests(TestServer server)
{
    private const string Schema = "beside_evil";

    private static readonly LeaseTable Table = new(Schema, "leader_lease");

    private const string KeptOfHis =
        """
        SELECT count(*) FROM pg_depend d
        LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
        LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
        LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
        WHERE 'evil'::regnamespace IN (p.pronamespace, o.oprnamespace, t.typnamespace) AND (
            d.classid = 'pg_constraint'::regclass
                AND EXISTS (SELECT FROM pg_constraint c WHERE c.oid = d.objid AND c.conrelid <> 0)
            OR d.classid IN ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_rewrite'::regclass))
        """;

    [Fact]
    public async Task Nothing_planted_runs_when_a_schema_is_made_and_looked_at()
    {
        await using var connection = await OpenAmongPlantsAsync("SELECT 1");

        await new LeaseSchema(Table, create: true, NullLogger.Instance).PrepareAsync(connection, default);
        await new LeaseSchema(Table, create: false, NullLogger.Instance).PrepareAsync(connection, default);

        (await server.QueryAsync<long>(KeptOfHis)).ShouldBe(0);
    }

    [Theory]
    [InlineData("ALTER TABLE beside_evil.leader_lease DROP CONSTRAINT leader_lease_id_fencing_token_key")]
    [InlineData("ALTER TABLE beside_evil.leader_lease DROP CONSTRAINT leader_lease_pkey")]
    [InlineData("ALTER TABLE beside_evil.leader_lease ADD UNIQUE (leader_id) DEFERRABLE")]
    [InlineData("ALTER TABLE beside_evil.leader_lease DROP COLUMN endpoint")]
    [InlineData("ALTER TABLE beside_evil.leader_lease SET UNLOGGED")]
    [InlineData("ALTER SEQUENCE beside_evil.leader_lease_token_seq CACHE 9")]
    [InlineData(
        "INSERT INTO beside_evil.leader_lease VALUES ('x', 'y', 50, now() + interval '1 h', now(), NULL)")]
    public async Task Nothing_planted_runs_when_a_schema_is_mended(string damage)
    {
        await using var connection = await OpenAmongPlantsAsync(OlderSchema.Version1(Schema) + "; " + damage);

        await PostgresLeaseSchema.CreateAsync(connection, Table, default);
        await new LeaseSchema(Table, create: false, NullLogger.Instance).PrepareAsync(connection, default);

        (await server.QueryAsync<long>(KeptOfHis)).ShouldBe(0);
    }

    [Theory]
    [InlineData("SELECT current_setting('lock_timeout')")]
    [InlineData("SELECT FROM pg_class WHERE relname = 'x'::pg_catalog.name")]
    [InlineData("SELECT FROM unnest(ARRAY['x']::pg_catalog.text[])")]
    [InlineData("SELECT ARRAY['x']::pg_catalog.text[] = ARRAY['x']::pg_catalog.text[]")]
    [InlineData("SELECT 'x'::text")]
    public async Task What_is_planted_would_be_run(string statement)
    {
        await using var connection = await OpenAmongPlantsAsync("SELECT 1");
        await using var command = new NpgsqlCommand(statement, connection);

        var error = await Should.ThrowAsync<PostgresException>(command.ExecuteNonQueryAsync());

        error.SqlState.ShouldBeOneOf(PostgresErrorCodes.RaiseException, PostgresErrorCodes.InvalidTextRepresentation);
    }

    // The search path is set on the open connection: the driver has questions of its own while it opens one.
    private async Task<NpgsqlConnection> OpenAmongPlantsAsync(string prepare)
    {
        await server.NewSchemaAsync(Schema);
        await server.ExecuteAsync(prepare);
        var text = InspectionSql.Inspect + PostgresLeaseSchema.CreateScript(Schema);
        await server.ExecuteAsync(PlantedObjects.Plant(text));
        var connection = new NpgsqlConnection(server.With(settings => settings.Pooling = false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(PlantedObjects.SearchPath, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
