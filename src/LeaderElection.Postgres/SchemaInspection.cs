namespace LeaderElection.Postgres;

/// <summary>What <see cref="PostgresLeaseSchema.Inspect"/> found, and what is wrong with it in words that
/// help.</summary>
internal sealed record SchemaInspection
{
    public required string Role { get; init; }

    public required bool SchemaExists { get; init; }

    public required bool TableExists { get; init; }

    public required bool SequenceExists { get; init; }

    public required bool TimelinesExist { get; init; }

    public required bool IsUnlogged { get; init; }

    public required string Columns { get; init; }

    public required string MissingRights { get; init; }

    public bool IsComplete => TableExists && SequenceExists && TimelinesExist;

    /// <summary>Whether there is something to create, and nothing of somebody else's in its place.</summary>
    public bool CanBeCompleted => SchemaExists && !IsComplete && MissingColumns.Count == 0;

    private List<string> MissingColumns => TableExists
        ? [.. PostgresLeaseSchema.Columns.Except(Columns.Split(", "), StringComparer.Ordinal)]
        : [];

    /// <summary>Null when elections can run.</summary>
    public string? Problem(LeaseTable table)
    {
        if (!SchemaExists)
        {
            return $"Schema {LeaseTable.Quote(table.Schema)} does not exist. Create it (CREATE SCHEMA "
                + $"{LeaseTable.Quote(table.Schema)}) or set PostgresLeaseOptions.Schema.";
        }

        if (MissingColumns is { Count: > 0 } missingColumns)
        {
            return $"Table {table.Quoted} is not a lease table: it lacks {string.Join(", ", missingColumns)}; it has "
                + $"{Columns}. Set PostgresLeaseOptions.TableName to a name of its own.";
        }

        if (!IsComplete)
        {
            var missing = !TableExists ? $"Table {table.Quoted}"
                : !SequenceExists ? $"Sequence {table.QuotedSequence}"
                : $"Table {table.QuotedTimelines}";
            return $"{missing} does not exist and CreateTable is false. Run the script that "
                + $"{nameof(PostgresLeaseSchema)}.{nameof(PostgresLeaseSchema.CreateScript)}(\"{table.Schema}\", "
                + $"\"{table.Name}\") returns, or set CreateTable.";
        }

        if (IsUnlogged)
        {
            return $"Table {table.Quoted} is UNLOGGED: after a crash of the server it is empty, and two instances "
                + $"could lead. ALTER TABLE {table.Quoted} SET LOGGED.";
        }

        if (MissingRights.Length > 0)
        {
            return $"Role {LeaseTable.Quote(Role)} lacks {MissingRights} ({table.Quoted}, {table.QuotedSequence}, {table.QuotedTimelines}). An "
                + "owner has to grant it; a role that elections run as needs USAGE on the schema, SELECT, INSERT, UPDATE, "
                + "DELETE on the table, USAGE, UPDATE on the sequence and SELECT, INSERT, UPDATE on the table of timelines.";
        }

        return null;
    }
}
