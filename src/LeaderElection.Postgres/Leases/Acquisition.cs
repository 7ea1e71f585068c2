using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeaderElection.Postgres;

/// <summary>
/// The attempt to get leases, which may first have to meet the timeline that the database is on. Safe to use from any
/// thread.
/// </summary>
/// <param name="commands">The store's.</param>
/// <param name="timelines">The store's.</param>
/// <param name="lockTimeout">
/// How long to wait for what cannot be passed by: a small part of an attempt, so that no other election is held up.
/// </param>
/// <param name="logger">Where to say that a transaction holds on to a lease.</param>
internal sealed class Acquisition(
    LeaseCommands commands, Timelines timelines, TimeSpan lockTimeout, ILogger logger)
{
    // Every takeover holds an advisory lock until the end of its statement, and a server has room for 64 locks
    // (max_locks_per_transaction) for each connection that it allows, for all of them together.
    private const int MostAtOnce = 50;

    private static readonly TimeSpan PauseBesideLock = TimeSpan.FromMilliseconds(50);

    private readonly HeldUpLog _heldUp = new(logger);

    /// <param name="sql">The statements as they are by then: meeting a server shows what it offers.</param>
    /// <param name="claims">What is asked for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<IReadOnlyList<LeaseAnswer>> TryAsync(
        Func<LeaseSql> sql, IReadOnlyList<LeaseClaim> claims, CancellationToken cancellationToken)
    {
        await timelines.MeetIfInDoubtAsync(cancellationToken).ConfigureAwait(false);
        if (CountAtOnce(claims) == claims.Count)
            return await TakeAsync(sql, claims, cancellationToken).ConfigureAwait(false);

        // More than one statement may take, if all were free: a look tells which are.
        var answers = new LeaseAnswer[claims.Count];
        var held = await commands.QueryAllAsync(() => sql().Look(claims), AnswerRow.Read, cancellationToken)
            .ConfigureAwait(false);
        foreach (var row in held)
            answers[row.Index] = new LeaseAnswer.HeldByAnother(row.Lease!);

        var turns = ChooseAmong(claims, Enumerable.Range(0, claims.Count).Where(index => answers[index] is null));
        var taken = turns.Count == 0
            ? []
            : await TakeAsync(sql, [.. turns.Select(index => claims[index])], cancellationToken).ConfigureAwait(false);
        for (var turn = 0; turn < turns.Count; turn++)
            answers[turns[turn]] = taken[turn];
        for (var index = 0; index < answers.Length; index++)
            answers[index] ??= new LeaseAnswer.NotYet(TimeSpan.Zero);
        return answers;
    }

    private static int CountAtOnce(IReadOnlyList<LeaseClaim> claims) =>
        Math.Min(MostAtOnce, Announcements.CountOfFirst(claims));

    // By lot where it begins, so that those that cannot be taken do not keep out the others for ever.
    private static List<int> ChooseAmong(IReadOnlyList<LeaseClaim> claims, IEnumerable<int> free)
    {
        List<int> all = [.. free];
        var first = all.Count > MostAtOnce ? Random.Shared.Next(all.Count) : 0;
        List<int> inTurn = [.. all.Skip(first), .. all.Take(first)];
        return inTurn[..CountAtOnce([.. inTurn.Select(index => claims[index])])];
    }

    private async Task<IReadOnlyList<LeaseAnswer>> TakeAsync(
        Func<LeaseSql> sql, IReadOnlyList<LeaseClaim> claims, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await commands.QueryAllAsync(
                () => sql().Acquire(claims, lockTimeout), AcquireRow.Read, cancellationToken).ConfigureAwait(false);
            return await AnswerAsync(rows, claims, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // Which of them is held is known only of one.
            if (claims is [var claim])
                _heldUp.GoesOn(claim.ElectionName);
            return [.. claims.Select(_ => new LeaseAnswer.NotYet(PauseBesideLock))];
        }
    }

    private async Task<IReadOnlyList<LeaseAnswer>> AnswerAsync(
        List<AcquireRow> rows, IReadOnlyList<LeaseClaim> claims, CancellationToken cancellationToken)
    {
        var last = new AcquireRow[claims.Count];
        var isBehind = new bool[claims.Count];
        foreach (var row in rows.OrderBy(row => row.Outcome == AcquireOutcome.Granted))
        {
            // Of a lease granted: the token came from the row before it and not from the sequence.
            isBehind[row.Answer.Index] = row.Outcome == AcquireOutcome.Granted
                && row.Answer.Lease!.FencingToken > last[row.Answer.Index].Drawn;
            last[row.Answer.Index] = row;
        }

        var sequence = isBehind.Contains(true)
            ? await ErrorOfAsync(timelines.RaiseSequenceAsync(cancellationToken)).ConfigureAwait(false)
            : null;
        var meeting = rows.Exists(row => IsUnmet(row, claims[row.Answer.Index]))
            ? await ErrorOfAsync(timelines.MeetAsync(cancellationToken)).ConfigureAwait(false)
            : null;
        var answers = new LeaseAnswer[claims.Count];
        for (var index = 0; index < answers.Length; index++)
        {
            var error = isBehind[index] ? sequence : IsUnmet(last[index], claims[index]) ? meeting : null;
            answers[index] = error is null
                ? AnswerTo(claims[index], last[index])
                : new LeaseAnswer.Unknown(error);
        }

        return answers;
    }

    private LeaseAnswer AnswerTo(LeaseClaim claim, AcquireRow row)
    {
        if (row.Outcome == AcquireOutcome.HeldUp)
        {
            _heldUp.GoesOn(claim.ElectionName);
            return new LeaseAnswer.NotYet(PauseBesideLock);
        }

        _heldUp.Ended(claim.ElectionName);
        return row.Outcome switch
        {
            AcquireOutcome.Granted => new LeaseAnswer.Granted(row.Answer.Lease!),
            AcquireOutcome.Held => new LeaseAnswer.HeldByAnother(row.Answer.Lease!),
            AcquireOutcome.Unsettled => new LeaseAnswer.NotYet(
                IsUnmet(row, claim) ? claim.LeaseDuration : TimeSpan.FromSeconds(row.WaitSeconds!.Value)),
            _ => new LeaseAnswer.BeingTaken(),
        };
    }

    // Or met in the future, before the clock was set back.
    private static bool IsUnmet(AcquireRow row, LeaseClaim claim) => row.Outcome == AcquireOutcome.Unsettled
        && !(row.WaitSeconds <= claim.LeaseDuration.TotalSeconds);

    private static async Task<Exception?> ErrorOfAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
