namespace LeaderElection.Tests.Simulation;

/// <summary>The store that all instances share: leases in memory, on a clock of its own, behind a server that is down
/// and stalls.</summary>
internal sealed class StoreServer
{
    private readonly Trace _trace;
    private readonly Random _random;
    private readonly List<(Action Serve, Action Refuse)> _waiting = [];
    private bool _isUp = true;
    private bool _isStalled;

    public StoreServer(Agenda agenda, Random random, Trace trace, long drift)
    {
        _trace = trace;
        _random = random;
        Time = new ServerTime(new Machine(agenda, -1, drift));
        Leases = new InMemoryLeaseStore(Time);
    }

    public ServerTime Time { get; }

    public InMemoryLeaseStore Leases { get; }

    public bool IsBroken => !_isUp || _isStalled;

    /// <summary>Serves, now or when it goes on, or refuses, or says nothing.</summary>
    public void Receive(Action serve, Action refuse)
    {
        if (!_isUp)
            Refuse(refuse);
        else if (_isStalled)
            _waiting.Add((serve, refuse));
        else
            serve();
    }

    /// <summary>Whoever waits learns it, or nothing.</summary>
    public void GoDown()
    {
        _trace.Note(Happening.StoreDown, -1);
        _isUp = false;
        foreach (var (_, refuse) in TakeWaiting())
            Refuse(refuse);
    }

    /// <summary>As behind a lock on the table: requests wait and are served later.</summary>
    public void Stall()
    {
        _trace.Note(Happening.StoreStalled, -1);
        _isStalled = true;
    }

    public void Heal()
    {
        if (!_isUp)
            _trace.Note(Happening.StoreUp, -1);
        if (_isStalled)
            _trace.Note(Happening.StoreGoesOn, -1);
        _isUp = true;
        _isStalled = false;
        foreach (var (serve, _) in TakeWaiting())
            serve();
    }

    private (Action Serve, Action Refuse)[] TakeWaiting()
    {
        (Action Serve, Action Refuse)[] waiting = [.. _waiting];
        _waiting.Clear();
        return waiting;
    }

    private void Refuse(Action refuse)
    {
        _trace.Note(Happening.Failed, -1);
        if (_random.Next(3) > 0)
            refuse();
    }
}
