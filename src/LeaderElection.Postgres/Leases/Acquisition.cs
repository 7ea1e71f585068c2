using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// The attempt to get a lease, which may first have to meet the timeline that the database is on. Safe to use from any
/// thread.
/// </summary>
/// <param name="commands">The store's.</param>
/// <param name="timelines">The store's.</param>
/// <param name="lockTimeout">
/// How long to wait for a transaction that holds on to the row: a small part of an attempt, so that no other election
/// is held up.
/// </param>
/// <param name="logger">Where to say that a transaction does.</param>
internal sealed class Acquisition(
    LeaseCommands commands, Timelines timelines, TimeSpan lockTimeout, ILogger logger)
{
    private static readonly TimeSpan PauseBesideLock = TimeSpan.FromMilliseconds(50);

    private readonly HeldUpLog _heldUp = new(logger);

    /// <param name="sql">The statements as they are by then: meeting a server shows what it offers.</param>
    /// <param name="claim">What is asked for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<LeaseAnswer> TryAsync(
        Func<LeaseSql> sql, LeaseClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            await timelines.MeetIfInDoubtAsync(cancellationToken).ConfigureAwait(false);
            var row = await commands.QueryAsync(
                () => sql().Acquire(claim, lockTimeout), AcquireRow.Read, cancellationToken).ConfigureAwait(false);
            _heldUp.Ended(claim.ElectionName);
            return await AnswerAsync(row, claim, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            _heldUp.GoesOn(claim.ElectionName);
            return new LeaseAnswer.NotYet(PauseBesideLock);
        }
    }

    private async Task<LeaseAnswer> AnswerAsync(
        AcquireRow? row, LeaseClaim claim, CancellationToken cancellationToken)
    {
        if (row is null)
            return new LeaseAnswer.BeingTaken();
        if (row.SequenceIsBehind)
            await timelines.RaiseSequenceAsync(cancellationToken).ConfigureAwait(false);
        if (row.Answer.Lease is { } lease)
            return row.IsGranted ? new LeaseAnswer.Granted(lease) : new LeaseAnswer.HeldByAnother(lease);
        if (row.WaitSeconds is { } seconds && seconds <= claim.LeaseDuration.TotalSeconds)
            return new LeaseAnswer.NotYet(TimeSpan.FromSeconds(seconds));

        await timelines.MeetAsync(cancellationToken).ConfigureAwait(false);
        return new LeaseAnswer.NotYet(claim.LeaseDuration);
    }
}
