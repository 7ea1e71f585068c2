using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>What is said on the channel of a table. Safe to use from any thread; a command is for one use.</summary>
internal sealed class NotificationSql(LeaseTable table)
{
    private readonly string _notify = $"SELECT {Announce(table, notify: true, "$1")}";

    public string Listen { get; } = $"LISTEN {LeaseTable.Quote(table.Channel)}";

    /// <summary>Whether the server's session that answers this is the one that listens.</summary>
    public string IsListening { get; } =
        $"""
        SELECT EXISTS (SELECT FROM pg_catalog.pg_listening_channels() AS listening(channel)
            WHERE listening.channel {Is} {LeaseTable.Literal(table.Channel)})
        """;

    public string Unlisten { get; } = $"UNLISTEN {LeaseTable.Quote(table.Channel)}";

    public NpgsqlCommand Notify(string announcement) => new(_notify) { Parameters = { Typed.Text(announcement) } };

    /// <summary>An expression that tells those who listen; one that does nothing where nobody is to be told.</summary>
    public static string Announce(LeaseTable table, bool notify, string announcement) => notify
        ? $"CAST(pg_catalog.pg_notify({LeaseTable.Literal(table.Channel)}, {announcement}) AS pg_catalog.text)"
        : "''";
}
