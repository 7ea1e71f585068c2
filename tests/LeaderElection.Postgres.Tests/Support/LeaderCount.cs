namespace LeaderElection.Postgres.Tests;

/// <summary>
/// Asks electors of this process all the time who leads. Two count as leading at once only when the first still does
/// after the second was asked.
/// </summary>
internal sealed class LeaderCount : IDisposable
{
    private readonly Func<IReadOnlyList<ILeaderElector>> _electors;
    private readonly Thread _thread;
    private volatile bool _finish;
    private volatile bool _overlap;

    public LeaderCount(Func<IReadOnlyList<ILeaderElector>> electors)
    {
        _electors = electors;
        _thread = new Thread(Watch) { IsBackground = true, Name = "leader count" };
        _thread.Start();
    }

    /// <summary>Whether two ever led at one moment.</summary>
    public bool SawTwo => _overlap;

    public Task SeesTwoAsync() => Eventually.TrueAsync(() => SawTwo);

    public void Dispose()
    {
        _finish = true;
        _thread.Join();
    }

    private void Watch()
    {
        while (!_finish)
        {
            var electors = _electors();
            _overlap |= electors.Any(first => first.IsLeader
                && electors.Any(second => second != first && second.IsLeader && first.IsLeader));
            Thread.Sleep(1);
        }
    }
}
