using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>A list of requests as a statement sees it: one array a column, one row a request.</summary>
internal static class AskedSql
{
    /// <summary>Whether a row called <c>lease</c> is of the term that a row called <c>asked</c> names.</summary>
    public const string IsMine = $"lease.id {Is} asked.id AND lease.fencing_token {Is} asked.token";

    /// <summary>
    /// What stands behind FROM: rows called <c>asked</c> with these columns, and <c>nth</c>, which counts from 1.
    /// </summary>
    /// <param name="columns">Their names and types, in the order of the parameters, which begin with $1.</param>
    public static string Asked(params IReadOnlyList<(string Name, string Type)> columns)
    {
        var arrays = columns.Select((column, at) => $"pg_catalog.unnest(CAST(${at + 1} AS {column.Type}[]))");
        var names = columns.Select(column => column.Name);
        return
            $"""
            ROWS FROM ({string.Join(", ", arrays)})
                WITH ORDINALITY AS asked({string.Join(", ", names)}, nth)
            """;
    }
}
