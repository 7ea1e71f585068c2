using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Runs one command on an open connection, in the transaction that it is in. Rows are read by what the statement's
/// author wrote, in the driver's own terms: no reflection, and nothing that the app sets for its own queries.
/// </summary>
internal static class CommandExtensions
{
    /// <summary>The first row; the type's default when there is none.</summary>
    public static async Task<T?> QueryAsync<T>(
        this NpgsqlConnection connection, NpgsqlCommand command, Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAllAsync(command, read, cancellationToken).ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : default;
    }

    /// <summary>All rows, in the order in which they come.</summary>
    public static async Task<List<T>> QueryAllAsync<T>(
        this NpgsqlConnection connection, NpgsqlCommand command, Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        command.Connection = connection;
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    rows.Add(read(reader));

                // To the end: the answer to the commit comes after the rows, and it may be that there was none.
                while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
                {
                    // Nothing more is of interest.
                }

                return rows;
            }
        }
    }

    /// <summary>How many rows were changed; -1 for what changes none.</summary>
    public static async Task<int> ExecuteAsync(
        this NpgsqlConnection connection, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        command.Connection = connection;
        await using (command.ConfigureAwait(false))
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
