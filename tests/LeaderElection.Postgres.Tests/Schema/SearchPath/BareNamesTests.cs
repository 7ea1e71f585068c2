using System.Reflection;
using Dapper;
using Npgsql;

namespace LeaderElection.Postgres.Tests;

/// <summary>Every text of SQL of the library, also that of statements which no test runs.</summary>
public sealed class BareNamesTests(TestServer server)
{
    private static readonly LeaseTable Table = new("some schema", "?x?");

    [Fact]
    public async Task No_statement_looks_anything_of_Postgres_up_in_the_search_path()
    {
        var names = await ReadNamesAsync();
        var texts = Texts().ToList();
        texts.Count.ShouldBeGreaterThan(20);
        texts.ShouldContain(text => text.Sql.Contains("ON CONFLICT", StringComparison.Ordinal));
        texts.ShouldContain(text => text.Sql.Contains("FOR KEY SHARE", StringComparison.Ordinal));
        texts.ShouldContain(text => text.Sql.Contains("CREATE SEQUENCE", StringComparison.Ordinal));

        var bare = from text in texts from name in names.In(text.Sql) select $"{text.Name}: … {name} …";

        bare.Distinct().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("SELECT pg_catalog.max(a) FROM x WHERE a OPERATOR(pg_catalog.=) 'clock_timestamp()'", 0)]
    [InlineData("UPDATE x SET a = 1, b = pg_catalog.left('=', 1), c = 2 WHERE d", 0)]
    [InlineData("SELECT pg_catalog.make_interval(secs => $1), CAST(a AS pg_catalog.text), b::bigint -- a = b", 0)]
    [InlineData("CREATE TABLE x (id pg_catalog.text, n bigint) WITH (fillfactor = 50)", 0)]
    [InlineData("WITH RECURSIVE family(a, b) AS (SELECT 1, 2) SELECT FROM family", 0)]
    [InlineData("SELECT max(a)", 1)]
    [InlineData("SELECT a = b", 1)]
    [InlineData("UPDATE x SET a = b = c", 1)]
    [InlineData("UPDATE x SET a = 1 WHERE b = 2", 1)]
    [InlineData("SELECT a - 1", 1)]
    [InlineData("SELECT a::text", 1)]
    [InlineData("SELECT CAST(a AS float8)", 1)]
    [InlineData("SELECT text 'a'", 1)]
    [InlineData("CREATE TABLE x (id text, since timestamptz)", 2)]
    [InlineData("SELECT FROM pg_class", 1)]
    [InlineData("SELECT nullif(a, b), a IN (b), a BETWEEN b AND c, a IS DISTINCT FROM b, CASE a WHEN b THEN c END", 5)]
    [InlineData("SELECT FROM a JOIN b USING (c) WHERE d LIKE 'x'", 2)]
    public async Task The_search_for_bare_names_knows_them(string sql, int expected) =>
        (await ReadNamesAsync()).In(sql).Count().ShouldBe(expected);

    private async Task<BareNames> ReadNamesAsync()
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        var functions = await connection.QueryAsync<string>(
            "SELECT proname::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace");
        var types = await connection.QueryAsync<string>(
            "SELECT typname::text FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype <> 'c'");
        return new BareNames(
            functions.ToHashSet(StringComparer.Ordinal), types.ToHashSet(StringComparer.Ordinal));
    }

    // By the rule that SQL stands in types called …Sql and in the public scripts only: their constants, and what they
    // make of a table.
    private static IEnumerable<(string Name, string Sql)> Texts() =>
        from type in typeof(PostgresLeaseStore).Assembly.GetTypes()
        where type.Name.EndsWith("Sql", StringComparison.Ordinal) || type == typeof(PostgresLeaseSchema)
        from text in TextsOf(type)
        select text;

    private static IEnumerable<(string Name, string Sql)> TextsOf(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var field in type.GetFields(Declared | BindingFlags.Static).Where(IsText))
            yield return ($"{type.Name}.{field.Name}", (string)field.GetValue(null)!);
        foreach (var method in type.GetMethods(Declared | BindingFlags.Static).Where(IsText))
        {
            if (ArgumentsFor(method) is { } arguments)
                yield return ($"{type.Name}.{method.Name}", (string)method.Invoke(null, arguments)!);
        }

        var constructor = type.GetConstructors().FirstOrDefault();
        if (constructor is null)
            yield break;
        var made = constructor.Invoke(ArgumentsFor(constructor) ?? throw new InvalidOperationException(
            $"Teach {nameof(BareNamesTests)} to make a {type.Name}, so that its SQL is looked at."));
        foreach (var field in type.GetFields(Declared | BindingFlags.Instance).Where(IsText))
            yield return ($"{type.Name}.{field.Name}", (string)field.GetValue(made)!);
    }

    private static bool IsText(FieldInfo field) => field.FieldType == typeof(string);

    private static bool IsText(MethodInfo method) => method.ReturnType == typeof(string);

    /// <summary>Null where one is a piece of SQL: what is made of it is part of another text.</summary>
    private static object?[]? ArgumentsFor(MethodBase method)
    {
        object?[] arguments = [.. method.GetParameters().Select(parameter => parameter switch
        {
            { HasDefaultValue: true } => parameter.DefaultValue,
            _ when parameter.ParameterType == typeof(LeaseTable) => Table,
            _ when parameter.ParameterType == typeof(NotificationSql) => new NotificationSql(Table),
            _ when parameter.ParameterType == typeof(ServerFunctions) => ServerFunctions.All,
            _ => null,
        })];
        return arguments.Contains(null) ? null : arguments;
    }
}
