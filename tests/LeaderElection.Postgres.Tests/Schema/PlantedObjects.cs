namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Look-alikes of what the catalog offers, in a schema before <c>pg_catalog</c>: with exact argument types, so that the
/// server prefers them to whatever is called without its schema. Whoever runs one gets an error.
/// </summary>
internal static class PlantedObjects
{
    public const string Schema = "evil";

    public const string SearchPath = $"SET search_path = {Schema}, pg_catalog";

    /// <param name="text">Every function that it names is planted; operators and types are planted anyhow.</param>
    public static string Plant(string text) =>
        $"""
        DROP SCHEMA IF EXISTS {Schema} CASCADE;
        CREATE SCHEMA {Schema};
        DO $plant$
        DECLARE
            f record;
            o record;
            body text := 'BEGIN RAISE EXCEPTION ''planted''; END';
        BEGIN
            FOR f IN
                SELECT DISTINCT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments,
                    format_type(p.prorettype, NULL) AS result
                FROM pg_proc p
                WHERE p.pronamespace = 'pg_catalog'::regnamespace
                    AND p.proname = ANY (regexp_split_to_array({LeaseTable.Literal(text)}, '[^a-z0-9_]+'))
            LOOP
                BEGIN
                    EXECUTE format('CREATE FUNCTION {Schema}.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L',
                        f.proname, f.arguments, f.result, body);
                EXCEPTION WHEN OTHERS THEN
                    NULL; -- of a kind that nobody can make
                END;
            END LOOP;
            CREATE FUNCTION {Schema}.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''planted''; END';
            CREATE FUNCTION {Schema}.array_to_string(text[], text) RETURNS text LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''planted''; END';
            CREATE FUNCTION {Schema}.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''planted''; END';
            FOR o IN
                SELECT p.oprname, format_type(p.oprleft, NULL) AS l, format_type(p.oprright, NULL) AS r,
                    format_type(p.oprresult, NULL) AS result
                FROM pg_operator p
                WHERE p.oprname IN ('=', '<>', '<', '>', '<=', '>=', '||', '-', '+', '*', '/', '~', '~~')
                    AND p.oprleft <> 0
                UNION ALL
                SELECT c.oprname, a.name, a.name, c.result
                FROM unnest(ARRAY['text[]', 'smallint[]', '"char"[]', 'oid[]']) AS a(name),
                    (VALUES ('=', 'boolean'), ('<>', 'boolean'), ('||', 'text[]')) AS c(oprname, result)
            LOOP
                BEGIN
                    EXECUTE format('CREATE FUNCTION {Schema}.operate(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L',
                        o.l, o.r, o.result, body);
                EXCEPTION WHEN OTHERS THEN
                    NULL;
                END;
                BEGIN
                    EXECUTE format(
                        'CREATE OPERATOR {Schema}.%s (FUNCTION = {Schema}.operate, LEFTARG = %s, RIGHTARG = %s)',
                        o.oprname, o.l, o.r);
                EXCEPTION WHEN OTHERS THEN
                    NULL;
                END;
            END LOOP;
        END
        $plant$;
        CREATE DOMAIN {Schema}.name AS integer;
        CREATE DOMAIN {Schema}.oid AS integer;
        CREATE DOMAIN {Schema}.int2 AS integer;
        CREATE DOMAIN {Schema}.int8 AS integer;
        CREATE DOMAIN {Schema}.regclass AS integer;
        CREATE DOMAIN {Schema}.regtype AS integer;
        CREATE DOMAIN {Schema}."char" AS integer;
        CREATE DOMAIN {Schema}.timestamptz AS integer;
        CREATE DOMAIN {Schema}.text AS integer;
        """;
}
