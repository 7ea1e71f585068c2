using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>One row as <see cref="LeaseSql"/> returns it: a lease or none, and the time there.</summary>
internal sealed record AnswerRow(Lease? Lease, DateTimeOffset StoreClock)
{
    public static AnswerRow Read(NpgsqlDataReader row)
    {
        var storeClock = Time(row, 5);
        return new AnswerRow(row.IsDBNull(0) ? null : ReadLease(row, storeClock), storeClock);
    }

    private static Lease ReadLease(NpgsqlDataReader row, DateTimeOffset storeClock)
    {
        var expiresAt = Time(row, 3);
        return new Lease
        {
            InstanceId = row.GetString(0),
            FencingToken = row.GetInt64(1),
            AcquiredAt = Time(row, 2),
            ExpiresAt = expiresAt,
            Remaining = expiresAt - storeClock,
            Endpoint = !row.IsDBNull(4) && Uri.TryCreate(row.GetString(4), UriKind.Absolute, out var endpoint)
                ? endpoint
                : null,
        };
    }

    // As one moment, whatever the driver's date mode; it only decides which offset it comes with.
    private static DateTimeOffset Time(NpgsqlDataReader row, int column) =>
        row.GetFieldValue<DateTimeOffset>(column).ToUniversalTime();
}
