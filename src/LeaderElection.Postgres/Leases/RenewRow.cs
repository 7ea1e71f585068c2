using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What <see cref="LeaseSql.Renew"/> returns for each renewal.</summary>
/// <param name="Answer">Which renewal, and the lease when it was renewed.</param>
/// <param name="IsLocked">It was not, because another transaction holds the row of this living term.</param>
internal sealed record RenewRow(AnswerRow Answer, bool IsLocked)
{
    public static RenewRow Read(NpgsqlDataReader row) => new(AnswerRow.Read(row), row.GetBoolean(7));
}
