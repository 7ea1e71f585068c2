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

    public static NpgsqlParameter Integer(int value) => Of(NpgsqlDbType.Integer, value);

    public static NpgsqlParameter Bigint(long? value) => Of(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameter Seconds(TimeSpan value) => Of(NpgsqlDbType.Double, value.TotalSeconds);

    /// <summary>A <see cref="DateTimeOffset"/> is one moment in both of the driver's date modes; a DateTime is
    /// not.</summary>
    public static NpgsqlParameter Time(DateTimeOffset? value) =>
        Of(NpgsqlDbType.TimestampTz, value?.ToUniversalTime());

    /// <summary>A duration as the server's settings take it: whole milliseconds, rounded up, as text.</summary>
    public static NpgsqlParameter Setting(TimeSpan value) =>
        Text(Math.Ceiling(value.TotalMilliseconds).ToString("0", CultureInfo.InvariantCulture));

    private static NpgsqlParameter Of(NpgsqlDbType type, object? value) =>
        new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
