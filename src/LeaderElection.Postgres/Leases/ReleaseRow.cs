using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What <see cref="LeaseSql.Release"/> returns for each term.</summary>
/// <param name="Index">Of the term in its list, from 0.</param>
/// <param name="IsGiven">The lease is given away now.</param>
/// <param name="IsLocked">It is not, because another transaction holds its row.</param>
internal sealed record ReleaseRow(int Index, bool IsGiven, bool IsLocked)
{
    public static ReleaseRow Read(NpgsqlDataReader row) =>
        new(AnswerRow.ReadIndex(row), row.GetBoolean(1), row.GetBoolean(2));
}
