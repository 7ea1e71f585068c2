using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace LeaderElection.Postgres;

/// <summary>
/// Parameters that say their type, so that neither the driver's settings nor the server's guess decide on it. Each is
/// for one command.
/// </summary>
internal static class Typed
{
    public static NpgsqlParameter Text(string? value) => Of(NpgsqlDbType.Text, value);

    public static NpgsqlParameter Bigint(long value) => Of(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameter Seconds(TimeSpan value) => Of(NpgsqlDbType.Double, value.TotalSeconds);

    public static NpgsqlParameter Texts(IEnumerable<string?> values) =>
        Of(NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray());

    public static NpgsqlParameter Integers(IEnumerable<int> values) =>
        Of(NpgsqlDbType.Array | NpgsqlDbType.Integer, values.ToArray());

    public static NpgsqlParameter Bigints(IEnumerable<long?> values) =>
        Of(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlParameter Seconds(IEnumerable<TimeSpan> values) =>
        Of(NpgsqlDbType.Array | NpgsqlDbType.Double, values.Select(value => value.TotalSeconds).ToArray());

    /// <summary>A <see cref="DateTimeOffset"/> is one moment in both of the driver's date modes; a DateTime is
    /// not.</summary>
    public static NpgsqlParameter Times(IEnumerable<DateTimeOffset?> values) =>
        Of(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, values.Select(value => value?.ToUniversalTime()).ToArray());

    /// <summary>A duration as the server's settings take it: whole milliseconds, rounded up, as text.</summary>
    public static NpgsqlParameter Setting(TimeSpan value) =>
        Text(Math.Ceiling(value.TotalMilliseconds).ToString("0", CultureInfo.InvariantCulture));

    private static NpgsqlParameter Of(NpgsqlDbType type, object? value) =>
        new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
