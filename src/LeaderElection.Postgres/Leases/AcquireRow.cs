using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>What <see cref="LeaseSql.Acquire"/> returns: for each claim how it was found, and one more for each that
/// was granted.</summary>
/// <param name="Answer">Which claim, and the lease granted or in the way, or one that has run out.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="WaitSeconds">
/// When unsettled: how much longer one may be alive that was granted on another timeline; null on a timeline that was
/// never met.
/// </param>
/// <param name="Drawn">How it was found: the token that was drawn for it, if one was.</param>
internal sealed record AcquireRow(AnswerRow Answer, AcquireOutcome Outcome, double? WaitSeconds, long? Drawn)
{
    public static AcquireRow Read(NpgsqlDataReader row) => new(
        AnswerRow.Read(row), (AcquireOutcome)row.GetInt32(7), row.IsDBNull(8) ? null : row.GetDouble(8),
        row.IsDBNull(9) ? null : row.GetInt64(9));
}
