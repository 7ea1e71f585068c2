using LeaderElection;
using LeaderElection.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Worker;

/// <summary>Ticks in whichever instance leads; what it writes down cannot land after the next leader's ticks.</summary>
internal sealed class TickService(ILeaderElector elector, NpgsqlDataSource dataSource, ILogger<TickService> logger)
    : LeaderBackgroundService(elector)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsLeaderAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await WriteAsync(leadership, cancellationToken);
            logger.LogInformation("Tick in term {FencingToken}.", leadership.FencingToken);
        }
    }

    private async Task WriteAsync(Leadership leadership, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await leadership.BeginFencedTransactionAsync(connection, cancellationToken);
        await using var insert = new NpgsqlCommand(
            "CREATE TABLE IF NOT EXISTS tick (term bigint, at timestamptz); INSERT INTO tick VALUES (@term, now())",
            connection, transaction);
        insert.Parameters.AddWithValue("term", leadership.FencingToken);
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
