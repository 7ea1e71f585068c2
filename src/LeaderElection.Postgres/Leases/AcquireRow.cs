using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What <see cref="LeaseSql.Acquire"/> returns.</summary>
/// <param name="Answer">The lease granted or in the way.</param>
/// <param name="IsGranted">Whether it was granted.</param>
/// <param name="WaitSeconds">
/// Without a lease: how much longer one may be alive that was granted on another timeline; null on a timeline that was
/// never met.
/// </param>
/// <param name="SequenceIsBehind">Of a lease granted: the token came from the row before it and not from the
/// sequence.</param>
internal sealed record AcquireRow(AnswerRow Answer, bool IsGranted, double? WaitSeconds, bool SequenceIsBehind)
{
    public static AcquireRow Read(NpgsqlDataReader row) => new(
        AnswerRow.Read(row), row.GetBoolean(6), row.IsDBNull(7) ? null : row.GetDouble(7), row.GetBoolean(8));
}
