using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// Keeps the record of the timelines that the database has been on, and the sequence above what was drawn on them.
/// Safe to use from any thread.
/// </summary>
internal sealed class Timelines(LeaseTable table, LeaseCommands commands, TimeSpan limit, ILogger logger)
{
    private readonly OfferedFunctions _offered = new(logger);
    private volatile TimelineSql _sql = new(table, ServerFunctions.All);
    private volatile bool _isInDoubt;

    /// <summary>Another server may answer after a connection broke.</summary>
    public void Doubt() => _isInDoubt = true;

    /// <summary>What the server offers is known once it was asked.</summary>
    public async Task<ServerFunctions> AskWhatIsOfferedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var offered = await _offered.AskAsync(connection, cancellationToken).ConfigureAwait(false);
        _sql = new TimelineSql(table, offered);
        return offered;
    }

    /// <summary>Where another server may have answered since the last look.</summary>
    public Task MeetIfInDoubtAsync(CancellationToken cancellationToken) =>
        _isInDoubt ? MeetAsync(cancellationToken) : Task.CompletedTask;

    public Task MeetAsync(CancellationToken cancellationToken) => commands.RunAsync(MeetAsync, cancellationToken);

    /// <summary>Whether this was the first to meet the timeline of the server.</summary>
    public async Task<bool> MeetAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var met = await connection.QueryAsync(
            new NpgsqlCommand(_sql.MeetTimeline), TimelineSql.ReadMetTimeline, cancellationToken)
            .ConfigureAwait(false);
        _isInDoubt = false;
        if (met is { IsFirst: false })
            Log.TimelineMet(logger, table.Quoted, met.SystemId, met.Timeline);
        return met is not null;
    }

    /// <summary>
    /// As the other, and the caller goes on: a leader that goes on over a failover meets the timeline early, or the
    /// next hand-over would have to wait for it. A renewal is in no position to wait for that, let alone to fail by it.
    /// </summary>
    public void MeetAsideIfInDoubt()
    {
        if (_isInDoubt)
            _ = MeetAsideAsync();
    }

    public Task RaiseSequenceAsync(CancellationToken cancellationToken) =>
        commands.RunAsync(RaiseSequenceAsync, cancellationToken);

    private async Task MeetAsideAsync()
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await MeetAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Still in doubt: the next renewal or acquisition tries again, and says what is wrong.
        }
    }

    private async Task<bool> RaiseSequenceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ExecuteAsync(new NpgsqlCommand(_sql.StopDraws), cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(new NpgsqlCommand(_sql.RaiseSequence), cancellationToken)
                .ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
    }
}
