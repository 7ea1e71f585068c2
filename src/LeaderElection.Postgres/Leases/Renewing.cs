namespace LeaderElection.Postgres;

/// <summary>Renews leases. Safe to use from any thread.</summary>
/// <param name="commands">The store's.</param>
internal sealed class Renewing(LeaseCommands commands)
{
    /// <param name="sql">The statements as they are by then.</param>
    /// <param name="renewals">What is asked for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<IReadOnlyList<LeaseAnswer>> RunAsync(
        Func<LeaseSql> sql, IReadOnlyList<LeaseRenewal> renewals, CancellationToken cancellationToken)
    {
        var answers = new LeaseAnswer[renewals.Count];
        var renewed = await commands.QueryAllAsync(() => sql().Renew(renewals), AnswerRow.Read, cancellationToken)
            .ConfigureAwait(false);
        foreach (var row in renewed)
            answers[row.Index] = new LeaseAnswer.Granted(row.Lease!);
        if (renewed.Count == renewals.Count)
            return answers;

        int[] missed = [.. Enumerable.Range(0, answers.Length).Where(index => answers[index] is null)];
        LeaseTerm[] terms = [.. missed.Select(index => renewals[index].Term)];
        var reasons = await WhyAsync(sql, terms, cancellationToken).ConfigureAwait(false);
        for (var at = 0; at < missed.Length; at++)
            answers[missed[at]] = reasons[at];
        return answers;
    }

    // What was not renewed is lost, or its row was locked. A look tells, and it tells the time even when the term is
    // over: a jump of the clock may be the reason. Whatever becomes of it, what was renewed is answered for.
    private async Task<IReadOnlyList<LeaseAnswer>> WhyAsync(
        Func<LeaseSql> sql, LeaseTerm[] terms, CancellationToken cancellationToken)
    {
        try
        {
            var answers = new LeaseAnswer[terms.Length];
            var rows = await commands.QueryAllAsync(() => sql().Check(terms), AnswerRow.Read, cancellationToken)
                .ConfigureAwait(false);
            foreach (var row in rows)
            {
                answers[row.Index] = row.Lease is null
                    ? new LeaseAnswer.Lost(row.StoreClock)
                    : new LeaseAnswer.Unknown(PassedBy(terms[row.Index].ElectionName));
            }

            return answers;
        }
        catch (Exception exception)
        {
            return [.. terms.Select(_ => new LeaseAnswer.Unknown(exception))];
        }
    }

    private static InvalidOperationException PassedBy(string electionName) => new(
        $"Another transaction holds the row of election '{electionName}' locked. Its renewal was passed by, because it "
        + "would have held up others.");
}
