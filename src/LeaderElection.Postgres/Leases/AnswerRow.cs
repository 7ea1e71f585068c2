using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>One row as <see cref="LeaseSql"/> returns it: a lease or none, and the time there.</summary>
/// <param name="Index">Of the request in its list, from 0. Rows come in any order.</param>
/// <param name="Lease">Null when there is none.</param>
/// <param name="StoreClock">When the row was made.</param>
internal sealed record AnswerRow(int Index, Lease? Lease, DateTimeOffset StoreClock)
{
    public static AnswerRow Read(NpgsqlDataReader row)
    {
        var storeClock = Time(row, 6);
        return new AnswerRow(
            ReadIndex(row), row.IsDBNull(1) ? null : ReadLease(row, storeClock), storeClock);
    }

    /// <summary>Of the request that a row answers.</summary>
    public static int ReadIndex(NpgsqlDataReader row) => (int)row.GetInt64(0) - 1;

    private static Lease ReadLease(NpgsqlDataReader row, DateTimeOffset storeClock)
    {
        var expiresAt = Time(row, 4);
        return new Lease
        {
            InstanceId = row.GetString(1),
            FencingToken = row.GetInt64(2),
            AcquiredAt = Time(row, 3),
            ExpiresAt = expiresAt,
            Remaining = expiresAt - storeClock,
            Endpoint = !row.IsDBNull(5) && Uri.TryCreate(row.GetString(5), UriKind.Absolute, out var endpoint)
                ? endpoint
                : null,
        };
    }

    // As one moment, whatever the driver's date mode; it only decides which offset it comes with.
    private static DateTimeOffset Time(NpgsqlDataReader row, int column) =>
        row.GetFieldValue<DateTimeOffset>(column).ToUniversalTime();
}
