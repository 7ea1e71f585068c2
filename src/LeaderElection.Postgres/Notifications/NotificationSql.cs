using Npgsql;
using static LeaderElection.Postgres.OperatorSql;

namespace LeaderElection.Postgres;

/// <summary>
/// What is said on the channel of a table, which all who contend listen to, and on the channel that each of them has
/// for itself. Safe to use from any thread; a command is for one use.
/// </summary>
internal sealed class NotificationSql(LeaseTable table)
{
    /// <summary>What an election's name follows when its lease changed hands.</summary>
    public const string LeasePrefix = "lease ";

    /// <summary>Between two elections that are told of together. No name holds it: names have no control
    /// characters.</summary>
    public const char Separator = '\n';

    private const string EchoText = "SELECT CAST(pg_catalog.pg_notify($1, '') AS pg_catalog.text)";

    /// <summary>Whether the server's session that answers this is the one that listens.</summary>
    public string IsListening { get; } =
        $"""
        SELECT EXISTS (SELECT FROM pg_catalog.pg_listening_channels() AS listening(channel)
            WHERE listening.channel {Is} {LeaseTable.Literal(table.Channel)})
        """;

    /// <summary>Listens to the channel of the table and to one of the listener's own. One statement each.</summary>
    public IReadOnlyList<string> Listen(string ownChannel) =>
        [$"LISTEN {LeaseTable.Quote(table.Channel)}", $"LISTEN {LeaseTable.Quote(ownChannel)}"];

    /// <summary>What ends <see cref="Listen"/>. One statement each.</summary>
    public IReadOnlyList<string> Unlisten(string ownChannel) =>
        [$"UNLISTEN {LeaseTable.Quote(table.Channel)}", $"UNLISTEN {LeaseTable.Quote(ownChannel)}"];

    /// <summary>Tells the one who listens to that channel.</summary>
    public static NpgsqlCommand Echo(string ownChannel) => new(EchoText) { Parameters = { Typed.Text(ownChannel) } };

    /// <summary>An aggregate that tells those who listen to the channel of the table of a group of elections, at
    /// once.</summary>
    /// <param name="names">An expression for the name of each.</param>
    public string NotifyingOf(string names) =>
        $"""
        CAST(pg_catalog.pg_notify({LeaseTable.Literal(table.Channel)}, pg_catalog.string_agg(
            {LeaseTable.Literal(LeasePrefix)} {Joined} {names}, pg_catalog.chr({(int)Separator}))) AS pg_catalog.text)
        """;
}
