using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>What is said on the channel of a table. Safe to use from any thread; a command is for one use.</summary>
internal sealed class NotificationSql(LeaseTable table)
{
    private readonly string _notify = $"SELECT {Notifying(table, "$1")}";

    public string Listen { get; } = $"LISTEN {LeaseTable.Quote(table.Channel)}";

    /// <summary>Whether the server's session that answers this is the one that listens.</summary>
    public string IsListening { get; } =
        $"""
        SELECT EXISTS (SELECT FROM pg_catalog.pg_listening_channels() AS listening(channel)
            WHERE listening.channel {Is} {LeaseTable.Literal(table.Channel)})
        """;

    public string Unlisten { get; } = $"UNLISTEN {LeaseTable.Quote(table.Channel)}";

    public NpgsqlCommand Notify(string payload) => new(_notify) { Parameters = { Typed.Text(payload) } };

    /// <summary>An expression that tells those who listen.</summary>
    /// <param name="payload">An expression, too.</param>
    public string Notifying(string payload) => Notifying(table, payload);

    private static string Notifying(LeaseTable table, string payload) =>
        $"CAST(pg_catalog.pg_notify({LeaseTable.Literal(table.Channel)}, {payload}) AS pg_catalog.text)";
}
