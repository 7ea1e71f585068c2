using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace LeaderElection.Postgres;

/// <summary>What <see cref="InspectionSql.Inspect"/> found. Lists of names are empty where all is well.</summary>
internal sealed record SchemaInspection
{
    /// <summary>Of a sequence that was made as the script makes it.</summary>
    public const long GreatestToken = long.MaxValue;

    public required string Role { get; init; }

    public required bool SchemaExists { get; init; }

    public required bool TableExists { get; init; }

    public required bool SequenceExists { get; init; }

    public required bool TimelinesExist { get; init; }

    public required string? Comment { get; init; }

    public required string Unlogged { get; init; }

    /// <summary>Children by inheritance, which are no partitions: a key of the parent says nothing of them.</summary>
    public required string Children { get; init; }

    public required string WithoutKeyOnId { get; init; }

    public required string WithoutKeyOnToken { get; init; }

    public required string TimelinesWithoutKey { get; init; }

    /// <summary>Null when there is no sequence.</summary>
    public required SequenceShape? Sequence { get; init; }

    public required string Columns { get; init; }

    public required IReadOnlyList<string> MissingColumns { get; init; }

    public required string MissingRights { get; init; }

    public int Version => SchemaVersion.Of(Comment);

    public bool IsComplete => TableExists && SequenceExists && TimelinesExist;

    /// <summary>Whether the table is one of ours, of whatever version; what is not there is nobody's.</summary>
    public bool IsOurs => LacksOnlyWhatCanBeAdded || SchemaVersion.IsOurs(Comment);

    public bool LacksOnlyWhatCanBeAdded => MissingColumns.All(missing =>
        CatalogSql.LeaseColumns.Any(column => column.CanBeAdded && column.Name == missing));

    /// <summary>
    /// Whether there is something to create or to bring up, and nothing of somebody else's in its place.
    /// </summary>
    public bool CanBeBroughtUp => SchemaExists && LacksOnlyWhatCanBeAdded
        && (!IsComplete || Version < SchemaVersion.Current);

    public static async Task<SchemaInspection> ReadAsync(
        NpgsqlConnection connection, LeaseTable table, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(InspectionSql.Inspect, connection);
        foreach (var name in (string[])[table.Schema, table.Name, table.SequenceName, table.TimelineTableName])
        {
            command.Parameters.Add(
                new NpgsqlParameter<string> { TypedValue = name, NpgsqlDbType = NpgsqlDbType.Text });
        }

        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken)
                .ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return Of(reader);
            }
        }
    }

    // In the order of the statement.
    private static SchemaInspection Of(NpgsqlDataReader row) => new()
    {
        Role = row.GetString(0),
        SchemaExists = row.GetBoolean(1),
        TableExists = row.GetBoolean(2),
        SequenceExists = row.GetBoolean(3),
        TimelinesExist = row.GetBoolean(4),
        Comment = row.IsDBNull(5) ? null : row.GetString(5),
        Unlogged = row.GetString(6),
        Children = row.GetString(7),
        WithoutKeyOnId = row.GetString(8),
        WithoutKeyOnToken = row.GetString(9),
        TimelinesWithoutKey = row.GetString(10),
        Sequence = row.IsDBNull(11)
            ? null
            : new SequenceShape(row.GetInt64(11), row.GetInt64(12), row.GetInt64(13), row.GetBoolean(14)),
        Columns = row.GetString(15),
        MissingColumns = row.GetString(16).Split(',', StringSplitOptions.RemoveEmptyEntries),
        MissingRights = row.GetString(17),
    };
}
