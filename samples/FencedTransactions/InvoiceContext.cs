using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FencedTransactions;

internal sealed class InvoiceContext(NpgsqlDataSource dataSource) : DbContext
{
    public DbSet<Invoice> Invoices => Set<Invoice>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.UseNpgsql(dataSource, postgres => postgres.EnableRetryOnFailure());

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Invoice>(invoice =>
    {
        invoice.ToTable("fenced_invoice");
        invoice.Property(one => one.Id).HasColumnName("id").UseIdentityAlwaysColumn();
        invoice.Property(one => one.Text).HasColumnName("text");
    });
}

internal sealed class Invoice
{
    public long Id { get; init; }

    public required string Text { get; init; }
}
