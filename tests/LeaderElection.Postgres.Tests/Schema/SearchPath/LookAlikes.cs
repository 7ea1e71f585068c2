using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>
/// What somebody may plant who can create in a schema of the search path: a look-alike of every function, operator,
/// type and relation of <c>pg_catalog</c>, with exactly its types and with those that a statement may happen to have.
/// Whoever runs one fails, and is counted even where the error is swallowed or rolled back.
/// </summary>
public sealed class LookAlikes(TestServer server) : IAsyncLifetime
{
    /// <summary>What the role of the app sees first, before what it means.</summary>
    public string ConnectionString => server.With(settings =>
    {
        settings.Username = "leader_election_app";
        settings.Password = "app";
        settings.SearchPath = "planted, pg_catalog";
        settings.Pooling = false;
    });

    /// <summary>A connection of the app. The driver's own questions about types are bare names; it asks none.</summary>
    public async Task<NpgsqlConnection> OpenAsync()
    {
        var builder = new NpgsqlDataSourceBuilder(ConnectionString);
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        return await builder.Build().OpenConnectionAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask InitializeAsync()
    {
        await server.ExecuteAsync(Roles);
        await using var connection = new NpgsqlConnection(server.With(settings =>
        {
            settings.Pooling = false;
            settings.CommandTimeout = 300;
        }));
        await connection.OpenAsync();
        foreach (var sql in new[] { Trap, Functions, Operators, MixedOperators, Types, Relations, Rights })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync() => await server.ExecuteAsync("DROP SCHEMA planted CASCADE");

    /// <summary>How often planted code ran so far.</summary>
    public Task<long> CountCallsAsync() => server.QueryAsync<long>(
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM planted.calls");

    /// <summary>The schema of a test, as the role of the app may use it.</summary>
    public async Task<PostgresLeaseOptions> NewSchemaAsync(string name)
    {
        var options = await server.NewSchemaAsync(name);
        await server.ExecuteAsync($"GRANT ALL ON SCHEMA {name} TO leader_election_app");
        return options;
    }

    private const string Roles =
        """
        DROP SCHEMA IF EXISTS planted CASCADE;
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'leader_election_app') THEN
                CREATE ROLE leader_election_app LOGIN PASSWORD 'app';
                CREATE ROLE leader_election_planter;
            END IF;
        END $$;
        CREATE SCHEMA planted AUTHORIZATION leader_election_planter;
        """;

    // A sequence does not fall back with the transaction.
    private const string Trap =
        """
        SET ROLE leader_election_planter;
        CREATE SEQUENCE planted.calls;
        CREATE FUNCTION planted.caught(what text) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_catalog.nextval('planted.calls'::pg_catalog.regclass);
            RAISE EXCEPTION 'Planted code ran: %', what;
        END $$;
        CREATE FUNCTION planted.plant(name text, arguments text, result text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format(
                'CREATE FUNCTION planted.%I(%s) RETURNS %s LANGUAGE plpgsql AS '
                || '$f$ BEGIN PERFORM planted.caught(%L::pg_catalog.text); END $f$',
                name, arguments, result, format('%s(%s)', name, arguments));
        EXCEPTION WHEN others THEN
            NULL; -- a type that functions in PL/pgSQL cannot have, or planted already
        END $$;
        """;

    // Polymorphic ones with the types that a statement may give them.
    private const string Functions =
        """
        SELECT planted.plant(p.proname, types.arguments, types.result)
        FROM pg_proc p CROSS JOIN (VALUES ('text'), ('bigint'), ('integer'), ('timestamp with time zone')) AS t(t)
        CROSS JOIN LATERAL (
            SELECT coalesce(string_agg(planted_type, ', ' ORDER BY nth), '') AS arguments,
                CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || CASE
                    WHEN result.typname = 'anyarray' THEN t || '[]'
                    WHEN result.typname LIKE 'any%' THEN t
                    ELSE format_type(p.prorettype, NULL) END AS result
            FROM pg_type result LEFT JOIN LATERAL (
                SELECT a.nth, CASE
                    WHEN g.typname = 'anyarray' OR g.typname = 'anycompatiblearray' THEN t || '[]'
                    WHEN g.typname LIKE 'any%' THEN t
                    ELSE format_type(g.oid, NULL) END AS planted_type
                FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(type, nth) JOIN pg_type g ON g.oid = a.type
            ) AS planted_types ON true
            WHERE result.oid = p.prorettype
            GROUP BY result.typname
        ) AS types
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a', 'w')
            AND (t = 'text' OR EXISTS (
                SELECT FROM unnest(p.proargtypes::oid[]) AS a(type) JOIN pg_type g ON g.oid = a.type
                WHERE g.typname LIKE 'any%'))
        """;

    private const string Operators =
        """
        DO $$
        DECLARE
            o record;
        BEGIN
            FOR o IN SELECT oprname, oprleft, oprright, oprresult, oid FROM pg_operator
                WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprright <> 0
            LOOP
                BEGIN
                    EXECUTE format(
                        'CREATE FUNCTION planted.%I(%s%s) RETURNS %s LANGUAGE plpgsql AS '
                        || '$f$ BEGIN PERFORM planted.caught(%L::pg_catalog.text); END $f$',
                        'operator_' || o.oid,
                        CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) || ', ' ELSE '' END,
                        format_type(o.oprright, NULL), format_type(o.oprresult, NULL),
                        format('%s %s %s', format_type(o.oprleft, NULL), o.oprname, format_type(o.oprright, NULL)));
                    EXECUTE format(
                        'CREATE OPERATOR planted.%s (FUNCTION = planted.%I, %sRIGHTARG = %s)',
                        o.oprname, 'operator_' || o.oid,
                        CASE WHEN o.oprleft <> 0
                            THEN format('LEFTARG = %s, ', format_type(o.oprleft, NULL)) ELSE '' END,
                        format_type(o.oprright, NULL));
                EXCEPTION WHEN others THEN
                    NULL; -- a type that functions in PL/pgSQL cannot have
                END;
            END LOOP;
        END $$;
        """;

    // Where Postgres has none for two types it converts one; a planted one for exactly these two would win.
    private const string MixedOperators =
        """
        DO $$
        DECLARE
            o record;
        BEGIN
            FOR o IN
                WITH types(t) AS (SELECT unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'double precision',
                    'text', 'name', 'boolean', 'timestamp with time zone', 'interval', 'oid', 'text[]', '"char"']))
                SELECT op, l.t AS l, r.t AS r, row_number() OVER () AS nth,
                    CASE WHEN op IN ('+', '-', '*', '/') THEN l.t WHEN op = '||' THEN 'text' ELSE 'boolean' END
                        AS result
                FROM unnest(ARRAY['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||']) AS op, types l, types r
            LOOP
                BEGIN
                    EXECUTE format(
                        'CREATE FUNCTION planted.%I(%s, %s) RETURNS %s LANGUAGE plpgsql AS '
                        || '$f$ BEGIN PERFORM planted.caught(%L::pg_catalog.text); END $f$',
                        'mixed_' || o.nth, o.l, o.r, o.result, format('%s %s %s', o.l, o.op, o.r));
                    EXECUTE format('CREATE OPERATOR planted.%s (FUNCTION = planted.%I, LEFTARG = %s, RIGHTARG = %s)',
                        o.op, 'mixed_' || o.nth, o.l, o.r);
                EXCEPTION WHEN duplicate_function THEN
                    NULL; -- planted already
                END;
            END LOOP;
        END $$;
        """;

    private const string Types =
        """
        DO $$
        DECLARE
            t name;
        BEGIN
            FOR t IN SELECT typname FROM pg_type
                WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typcategory <> 'A'
            LOOP
                EXECUTE format(
                    'CREATE DOMAIN planted.%I AS pg_catalog.%I CHECK (planted.caught(%L::pg_catalog.text))', t, t, t);
            END LOOP;
        END $$;
        """;

    private const string Relations =
        """
        DO $$
        DECLARE
            r name;
        BEGIN
            FOR r IN SELECT relname FROM pg_class
                WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
            LOOP
                BEGIN
                    EXECUTE format(
                        'CREATE VIEW planted.%I AS SELECT * FROM pg_catalog.%I '
                        || 'WHERE planted.caught(%L::pg_catalog.text)',
                        r, r, r);
                EXCEPTION WHEN others THEN
                    NULL; -- not for everybody to read, or with a column that views cannot have
                END;
            END LOOP;
        END $$;
        """;

    private const string Rights =
        """
        GRANT USAGE ON SCHEMA planted TO PUBLIC;
        GRANT USAGE ON SEQUENCE planted.calls TO PUBLIC;
        GRANT SELECT ON ALL TABLES IN SCHEMA planted TO PUBLIC;
        RESET ROLE;
        """;
}
