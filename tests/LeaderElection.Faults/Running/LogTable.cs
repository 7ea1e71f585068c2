namespace LeaderElection.Faults;

/// <summary>The table that the nodes write to, in the order of their commits; see the node's appender.</summary>
internal sealed class LogTable(Control control, HistoryWriter history)
{
    private long _readUpTo;

    public Task CreateAsync(CancellationToken cancellationToken) => control.ExecuteAsync(
        $"""
        CREATE TABLE {control.Schema}.fault_log_head (position bigint NOT NULL);
        INSERT INTO {control.Schema}.fault_log_head VALUES (0);
        CREATE TABLE {control.Schema}.fault_log (
            position bigint PRIMARY KEY,
            token bigint NOT NULL,
            node text NOT NULL,
            number bigint NOT NULL,
            fenced boolean NOT NULL,
            committing_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """,
        cancellationToken);

    /// <summary>
    /// Puts the rows that have come since into the history. No row can come to stand before them later: positions are
    /// given in the order of the commits.
    /// </summary>
    public async Task CopyNewRowsAsync(int round, CancellationToken cancellationToken)
    {
        var rows = await control.QueryAsync(
            $"""
            SELECT position, token, node, number, fenced FROM {control.Schema}.fault_log
            WHERE position > {_readUpTo} ORDER BY position
            """,
            reader =>
            {
                var read = new List<RowLine>();
                while (reader.Read())
                {
                    read.Add(new RowLine(
                        reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3),
                        reader.GetBoolean(4), round));
                }

                return read;
            },
            cancellationToken);
        foreach (var row in rows)
            history.Write(row);
        if (rows is [.., var last])
            _readUpTo = last.Position;
    }
}
