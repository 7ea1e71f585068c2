using Dapper;
using LeaderElection;
using LeaderElection.Postgres;
using Npgsql;

namespace FencedTransactions;

internal static class WithDapper
{
    public static async Task WriteAsync(Leadership leadership, NpgsqlDataSource dataSource)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await leadership.BeginFencedTransactionAsync(connection);
        await connection.ExecuteAsync(
            "INSERT INTO fenced_invoice (text) VALUES (@text)", new { text = "written with Dapper" }, transaction);
        await transaction.CommitAsync();
        Console.WriteLine("Written with Dapper.");
    }
}
