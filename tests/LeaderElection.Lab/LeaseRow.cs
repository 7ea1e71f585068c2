using System.Diagnostics;
using Npgsql;

namespace LeaderElection.Lab;

/// <summary>A lease as the table has it: what the database knows, whatever the nodes believe.</summary>
/// <param name="InstanceId">The holder.</param>
/// <param name="Token">Its term.</param>
/// <param name="Remaining">On the database's clock; negative when it has run out.</param>
/// <param name="RunsOutAt">The same on the monotonic clock of this machine; late by at most one round trip.</param>
public sealed record LeaseRow(string InstanceId, long Token, TimeSpan Remaining, long RunsOutAt)
{
    /// <summary>Null when there is no row, or no table yet.</summary>
    public static async Task<LeaseRow?> ReadAsync(
        NpgsqlConnection connection, string schema, string electionName, CancellationToken cancellationToken = default)
    {
        var quoted = new NpgsqlCommandBuilder().QuoteIdentifier(schema);
        var command = new NpgsqlCommand(
            $"""
            SELECT leader_id, fencing_token, extract(epoch FROM expires_at - clock_timestamp())::float8
            FROM {quoted}.leader_lease WHERE id = $1
            """,
            connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddWithValue(electionName);
            try
            {
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        return null;
                    var remaining = reader.GetDouble(2);
                    var runsOutAt = Stopwatch.GetTimestamp() + (long)(remaining * Stopwatch.Frequency);
                    return new LeaseRow(
                        reader.GetString(0), reader.GetInt64(1), TimeSpan.FromSeconds(remaining), runsOutAt);
                }
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                return null;
            }
        }
    }
}
