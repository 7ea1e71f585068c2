namespace LeaderElection.Postgres;

/// <summary>Gives leases away. Safe to use from any thread.</summary>
/// <param name="commands">The store's.</param>
/// <param name="lockTimeout">How long to wait for a transaction that holds on to a row.</param>
internal sealed class Giving(LeaseCommands commands, TimeSpan lockTimeout)
{
    /// <summary>Whether each was held; null when it is, and could not be given away.</summary>
    /// <param name="sql">The statements as they are by then.</param>
    /// <param name="terms">Whose leases.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<IReadOnlyList<bool?>> RunAsync(
        Func<LeaseSql> sql, IReadOnlyList<LeaseTerm> terms, CancellationToken cancellationToken)
    {
        var answers = new bool?[terms.Count];
        var rows = await commands.QueryAllAsync(() => sql().Release(terms), ReleaseRow.Read, cancellationToken)
            .ConfigureAwait(false);
        foreach (var row in rows.Where(row => !row.IsLocked))
            answers[row.Index] = row.IsGiven;

        int[] locked = [.. rows.Where(row => row.IsLocked).Select(row => row.Index)];
        if (locked.Length == 0)
            return answers;
        LeaseTerm[] left = [.. locked.Select(index => terms[index])];
        foreach (var row in await WaitAsync(sql, left, cancellationToken).ConfigureAwait(false))
            answers[locked[row.Index]] = row.IsGiven;
        return answers;
    }

    // Fails as a whole when one takes too long. Whatever ends it, what was given away before is answered for.
    private async Task<List<ReleaseRow>> WaitAsync(
        Func<LeaseSql> sql, LeaseTerm[] terms, CancellationToken cancellationToken)
    {
        try
        {
            return await commands.QueryAllAsync(
                () => sql().ReleaseHeld(terms, lockTimeout), ReleaseRow.Read, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return [];
        }
    }
}
