using LeaderElection;
using LeaderElection.Postgres;
using Npgsql;

namespace FencedTransactions;

internal static class WithNpgsql
{
    public static async Task WriteAsync(Leadership leadership, NpgsqlDataSource dataSource)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await leadership.BeginFencedTransactionAsync(connection);
        await using var insert = new NpgsqlCommand(
            "INSERT INTO fenced_invoice (text) VALUES ($1)", connection, transaction);
        insert.Parameters.AddWithValue("written with Npgsql");
        await insert.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        Console.WriteLine("Written with Npgsql.");
    }
}
