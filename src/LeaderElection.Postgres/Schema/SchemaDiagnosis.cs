namespace LeaderElection.Postgres;

/// <summary>What is wrong with a schema, and what to run, in words that help.</summary>
internal sealed class SchemaDiagnosis(LeaseTable table, SchemaInspection found)
{
    private string Script =>
        $"the script that {nameof(PostgresLeaseSchema)}.{nameof(PostgresLeaseSchema.CreateScript)}(\"{table.Schema}\", "
        + $"\"{table.Name}\") returns";

    /// <summary>Null when elections can run.</summary>
    public string? Problem() => Foreign() ?? NotWhole() ?? Rights();

    /// <param name="why">In the server's words.</param>
    public string MayNotBeChanged(string why) =>
        $"{string.Join("; ", Faults())}; and this role may not change that: {why}. Let the owner run {Script}.";

    // Nothing that a script may touch.
    private string? Foreign()
    {
        if (!found.SchemaExists)
        {
            return $"Schema {LeaseTable.Quote(table.Schema)} does not exist. Create it (CREATE SCHEMA "
                + $"{LeaseTable.Quote(table.Schema)}) or set PostgresLeaseOptions.Schema.";
        }

        if (found.LacksOnlyWhatCanBeAdded)
            return null;
        if (found.Version > SchemaVersion.Current)
        {
            return $"Table {table.Quoted} is of schema version {found.Version} and lacks {MissingColumns}, which this "
                + $"library, of version {SchemaVersion.Current}, needs. Use a library of that version.";
        }

        return found.IsOurs
            ? $"Table {table.Quoted} bears the comment of a lease table but lacks {MissingColumns}; it has "
                + $"{found.Columns}. Somebody changed it: put back what is missing. Another table would be another "
                + "election."
            : $"Table {table.Quoted} is not a lease table: it lacks {MissingColumns}; it has {found.Columns}. Set "
                + "PostgresLeaseOptions.TableName to a name of its own.";
    }

    private string? NotWhole()
    {
        var faults = Faults().ToList();
        if (faults.Count == 0)
            return null;
        var orCreate = found.IsComplete ? "" : ", or set CreateTable";
        return $"{string.Join("; ", faults)}. Run {Script}, as the owner{orCreate}.";
    }

    private string? Rights() => found.MissingRights.Length == 0
        ? null
        : $"Role {LeaseTable.Quote(found.Role)} lacks {found.MissingRights} ({table.Quoted}, {table.QuotedSequence}, "
            + $"{table.QuotedTimelines}). An owner has to grant it; a role that elections run as needs USAGE on the "
            + "schema, SELECT, INSERT, UPDATE, DELETE on the table, USAGE, UPDATE on the sequence and SELECT, INSERT, "
            + "UPDATE on the table of timelines.";

    private IEnumerable<string> Faults()
    {
        if (!found.TableExists)
            yield return $"Table {table.Quoted} does not exist";
        if (!found.SequenceExists)
            yield return $"Sequence {table.QuotedSequence} does not exist";
        if (!found.TimelinesExist)
            yield return $"Table {table.QuotedTimelines} does not exist";
        if (found.TableExists && found.Version < SchemaVersion.Current)
        {
            yield return $"Table {table.Quoted} is of schema version {found.Version}, as its comment says or, by its "
                + $"silence, means; this library needs version {SchemaVersion.Current}";
        }

        if (found.MissingColumns.Count > 0)
            yield return $"Table {table.Quoted} lacks {MissingColumns}";
        foreach (var fault in KeyFaults().Concat(SequenceFaults()))
            yield return fault;
        if (found.Unlogged.Length > 0)
        {
            yield return $"{found.Unlogged} is UNLOGGED: after a crash of the server it is empty, and two instances "
                + "could lead or a token be given twice (SET LOGGED)";
        }

        if (found.Children.Length > 0)
        {
            yield return $"{found.Children} inherits from table {table.Quoted}, whose keys do not reach there (ALTER "
                + $"TABLE {found.Children} NO INHERIT {table.Quoted}; the script leaves it alone)";
        }
    }

    private IEnumerable<string> KeyFaults()
    {
        const string Kind = "(an index that is valid, not deferrable, not partial and without expressions)";
        if (found.WithoutKeyOnToken.Length > 0)
        {
            yield return $"{found.WithoutKeyOnToken} has no UNIQUE (id, fencing_token) {Kind}: without it a fenced "
                + "transaction does not keep the next leader out, and a stale one can commit";
        }

        if (found.WithoutKeyOnId.Length > 0)
        {
            yield return $"{found.WithoutKeyOnId} has no PRIMARY KEY (id) or UNIQUE (id) {Kind}, or a deferrable one "
                + "beside it: nobody can take over";
        }

        if (found.TimelinesWithoutKey.Length > 0)
        {
            yield return $"{found.TimelinesWithoutKey} has no PRIMARY KEY (system_id, timeline) {Kind}: a failover "
                + $"could not be recorded, which the script does not mend (ALTER TABLE "
                + $"{table.QuotedTimelines} ADD PRIMARY KEY (system_id, timeline))";
        }
    }

    private IEnumerable<string> SequenceFaults()
    {
        if (found.Sequence is not { } sequence)
            yield break;
        var name = $"sequence {table.QuotedSequence}";
        if (sequence.Cache != 1)
        {
            yield return $"{name} has CACHE {sequence.Cache}: sessions draw ahead, so a later term can get a lower "
                + "token (CACHE 1)";
        }

        if (sequence.Increment < 1)
            yield return $"{name} has INCREMENT {sequence.Increment}: tokens fall (INCREMENT 1)";
        if (sequence.Cycles)
            yield return $"{name} has CYCLE: tokens begin anew at its end (NO CYCLE)";
        if (sequence.Greatest != SchemaInspection.GreatestToken)
        {
            yield return $"{name} ends at {sequence.Greatest}: every failover takes 10000000000 tokens (AS bigint NO "
                + "MAXVALUE)";
        }
    }

    private string MissingColumns => string.Join(
        ", ",
        CatalogSql.LeaseColumns.Where(column => found.MissingColumns.Contains(column.Name, StringComparer.Ordinal))
            .Select(column => $"{column.Name} {column.Type}"));
}
