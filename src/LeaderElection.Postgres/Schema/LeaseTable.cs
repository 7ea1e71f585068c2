using System.Text;

namespace LeaderElection.Postgres;

/// <summary>The names of the lease table and what belongs to it; checked, and quoted wherever SQL needs them.</summary>
internal sealed record LeaseTable
{
    private const int LongestIdentifier = 63;
    private const int LongestTableName = 48;

    /// <exception cref="ArgumentException">A name cannot be an identifier.</exception>
    public LeaseTable(string schema, string tableName)
    {
        Check(nameof(PostgresLeaseOptions.Schema), schema, LongestIdentifier);
        Check(nameof(PostgresLeaseOptions.TableName), tableName, LongestTableName);
        Schema = schema;
        Name = tableName;
    }

    public string Schema { get; }

    public string Name { get; }

    public string SequenceName => $"{Name}_token_seq";

    public string Quoted => $"{Quote(Schema)}.{Quote(Name)}";

    public string QuotedSequence => $"{Quote(Schema)}.{Quote(SequenceName)}";

    /// <summary>For functions that take a sequence.</summary>
    public string SequenceLiteral => $"{Literal(QuotedSequence)}::pg_catalog.regclass";

    /// <summary>Holds the timelines that were met; see <see cref="TimelineSql.MeetTimeline"/>.</summary>
    public string TimelineTableName => $"{Name}_timeline";

    public string QuotedTimelines => $"{Quote(Schema)}.{Quote(TimelineTableName)}";

    /// <summary>A B-tree that older versions made.</summary>
    public string QuotedOldIndex => $"{Quote(Schema)}.{Quote($"{Name}_expires_at_idx")}";

    /// <summary>One channel for all elections of the table; the hash tells tables of one name apart.</summary>
    public string Channel => $"{Name}_{LockClass:x8}";

    /// <summary>First half of the advisory-lock keys, so that tables do not get into each other's way.</summary>
    public int LockClass => StableHash.Of(Quoted);

    /// <summary>For functions that take the lock class; it may be negative.</summary>
    public string LockClassLiteral => $"INTEGER '{LockClass}'";

    public static string Quote(string identifier) =>
        $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static void Check(string option, string name, int longest)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException($"{option} is empty; it must have 1 to {longest} bytes.", option);

        var length = Encoding.UTF8.GetByteCount(name);
        if (length > longest)
        {
            throw new ArgumentException(
                $"{option} '{name}' has {length} bytes; Postgres would cut it. It must have 1 to {longest}.", option);
        }

        if (name.Any(char.IsControl) || name.Contains('\\', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"{option} contains a control character or a backslash; use other characters.", option);
        }
    }
}
