using LeaderElection;
using LeaderElection.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace FencedTransactions;

/// <summary>
/// Two ways with EF Core. Both run in an execution strategy, because this context retries (EnableRetryOnFailure): what
/// fails in passing is done again from its beginning, fence included, so each attempt has a context of its own. A
/// refused fence is not retried.
/// </summary>
internal static class WithEfCore
{
    /// <summary>EF Core begins the transaction, the term fences it.</summary>
    public static async Task FenceATransactionOfEfCoreAsync(Leadership leadership, NpgsqlDataSource dataSource)
    {
        await using var strategist = new InvoiceContext(dataSource);
        await strategist.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var context = new InvoiceContext(dataSource);
            await using var transaction = await context.Database.BeginTransactionAsync();
            await leadership.FenceAsync((NpgsqlTransaction)context.Database.CurrentTransaction!.GetDbTransaction());

            context.Invoices.Add(new Invoice { Text = "written with EF Core, its transaction fenced" });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        Console.WriteLine("Written with EF Core, its transaction fenced.");
    }

    /// <summary>The term begins a fenced transaction, EF Core uses it: a round trip less.</summary>
    public static async Task GiveEfCoreAFencedTransactionAsync(Leadership leadership, NpgsqlDataSource dataSource)
    {
        await using var strategist = new InvoiceContext(dataSource);
        await strategist.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var context = new InvoiceContext(dataSource);
            await context.Database.OpenConnectionAsync();
            var connection = (NpgsqlConnection)context.Database.GetDbConnection();
            await using var transaction = await leadership.BeginFencedTransactionAsync(connection);
            await context.Database.UseTransactionAsync(transaction);

            context.Invoices.Add(new Invoice { Text = "written with EF Core in a fenced transaction" });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        Console.WriteLine("Written with EF Core in a fenced transaction.");
    }
}
