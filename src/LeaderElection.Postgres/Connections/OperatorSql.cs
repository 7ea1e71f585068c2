namespace LeaderElection.Postgres;

/// <summary>
/// What the statements use of Postgres, spelled so that nothing can be planted in its place: a bare name is looked up
/// in the whole search path, where whoever may create in one of its schemas could put code that runs with the rights of
/// the app's role. Operators that are spelled so bind all alike, from left to right: parentheses say what belongs
/// together.
/// </summary>
internal static class OperatorSql
{
    public const string Is = "OPERATOR(pg_catalog.=)";
    public const string IsNot = "OPERATOR(pg_catalog.<>)";
    public const string Above = "OPERATOR(pg_catalog.>)";
    public const string AtMost = "OPERATOR(pg_catalog.<=)";
    public const string Below = "OPERATOR(pg_catalog.<)";
    public const string Plus = "OPERATOR(pg_catalog.+)";
    public const string Minus = "OPERATOR(pg_catalog.-)";
    public const string Times = "OPERATOR(pg_catalog.*)";
    public const string Over = "OPERATOR(pg_catalog./)";
    public const string Joined = "OPERATOR(pg_catalog.||)";

    /// <summary>Moves on inside a transaction, unlike <c>now()</c>.</summary>
    public const string Now = "pg_catalog.clock_timestamp()";
}
