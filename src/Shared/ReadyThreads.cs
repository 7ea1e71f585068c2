namespace LeaderElection;

/// <summary>
/// Threads for code that may block: callbacks of users, a driver's cancellation. They are not the pool's, whose few are
/// needed for renewals. What is given to them begins in order, and none waits for another to end. Safe to use from any
/// thread.
/// </summary>
/// <remarks>
/// Invariant: one thread is ready, started before it is needed, so whoever gives work starts none. The one that takes
/// work starts the next before it begins. Only where the machine gives no more threads does the pool do it.
/// </remarks>
internal sealed class ReadyThreads
{
    private readonly Action<Action> _start;

    // Guards the two below, and wakes the thread that waits.
    private readonly object _gate = new();
    private readonly Queue<Action> _waiting = [];
    private bool _oneIsReady;

    public ReadyThreads(string name)
        : this(run => StartThread(name, run))
    {
    }

    /// <param name="start">Starts a thread; throws when the machine gives none.</param>
    public ReadyThreads(Action<Action> start) => _start = start;

    /// <summary>Those that tell users of the end of terms, for all electors of the process.</summary>
    public static ReadyThreads OfTheProcess { get; } = new("LeaderElection callbacks");

    /// <summary>Starts a thread unless one is ready. Never throws, whatever the machine lacks.</summary>
    public void KeepOneReady()
    {
        if (TryClaim())
            StartOne();
    }

    /// <summary>Returns at once. Never throws: it is called by timers.</summary>
    /// <param name="errand">May block; must not throw.</param>
    public void Run(Action errand)
    {
        lock (_gate)
        {
            if (_oneIsReady)
            {
                _waiting.Enqueue(errand);
                Monitor.Pulse(_gate);
                return;
            }
        }

        RunOnPool(errand);
    }

    private bool TryClaim()
    {
        lock (_gate)
        {
            if (_oneIsReady)
                return false;
            _oneIsReady = true;
            return true;
        }
    }

    /// <summary>Of the caller's claim: a thread that is ready, or nobody is.</summary>
    private void StartOne()
    {
        try
        {
            _start(Serve);
        }
        catch (Exception)
        {
            // OutOfMemoryException, say, at the limit of processes. Tried again when one is asked for next.
            foreach (var errand in GiveUpClaim())
                RunOnPool(errand);
        }
    }

    private void Serve()
    {
        do
        {
            var errand = Take();
            StartOne();
            errand();

            // One that came meanwhile and that the next thread has not taken: saves a start.
            while (TryTake() is { } another)
                another();
        }
        while (TryClaim());
    }

    /// <summary>Leaves the claim with the caller.</summary>
    private Action Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
                Monitor.Wait(_gate);
            return _waiting.Dequeue();
        }
    }

    private Action? TryTake()
    {
        lock (_gate)
            return _oneIsReady && _waiting.Count > 0 ? _waiting.Dequeue() : null;
    }

    private Action[] GiveUpClaim()
    {
        lock (_gate)
        {
            _oneIsReady = false;
            Action[] left = [.. _waiting];
            _waiting.Clear();
            return left;
        }
    }

    private static void StartThread(string name, Action run)
    {
#pragma warning disable RS0030 // blocking is what this thread is for
        var thread = new Thread(() => run()) { IsBackground = true, Name = name };

        // Nothing of the context of whoever asked for it may live on in it.
        thread.UnsafeStart();
#pragma warning restore RS0030
    }

    private static void RunOnPool(Action errand)
    {
        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(static errand => errand(), errand, preferLocal: false);
        }
        catch (Exception)
        {
            // Not even that: there is nobody left to run it.
        }
    }
}
