namespace LeaderElection.Postgres;

/// <summary>
/// The threads of a store that pass cancellations on to the driver. Npgsql cancels a running command by connecting to
/// the server and waiting for it, synchronously, on the thread that cancels: on a network that swallows packets for
/// seconds, before a server that is frozen for as long as it is. The pool's few threads are needed for renewals and for
/// <see cref="Leadership.Lost"/>. Safe to use from any thread.
/// </summary>
/// <remarks>
/// Invariant: one thread is ready, started before it is needed, so whoever cancels starts none. The one that takes a
/// cancellation starts the next before the driver blocks it; so no cancellation waits for another, and no more threads
/// are stuck than the store has connections. Only where the machine gives no more threads does the pool do it.
/// </remarks>
internal sealed class CancellingThreads : IDisposable
{
    private readonly Action<Action> _start;

    // Guards the three below, and wakes the thread that waits.
    private readonly object _gate = new();
    private readonly Queue<CancellationTokenSource> _waiting = [];
    private bool _oneIsReady;
    private bool _isDisposed;

    public CancellingThreads()
        : this(StartThread)
    {
    }

    /// <param name="start">Starts a thread; throws when the machine gives none.</param>
    public CancellingThreads(Action<Action> start) => _start = start;

    /// <summary>A token for the driver that is cancelled when the given one is. Never throws, whatever the machine
    /// lacks.</summary>
    public DriverCancellation PassOn(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled && TryClaim())
            StartOne();
        return new DriverCancellation(this, cancellationToken);
    }

    /// <summary>Returns at once. Never throws: it is called by timers.</summary>
    public void Cancel(CancellationTokenSource driver)
    {
        lock (_gate)
        {
            if (_oneIsReady)
            {
                _waiting.Enqueue(driver);
                Monitor.Pulse(_gate);
                return;
            }
        }

        CancelOnPool(driver);
    }

    /// <summary>Threads that the driver blocks end when it lets them; later cancellations go to the pool.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }
    }

    private bool TryClaim()
    {
        lock (_gate)
        {
            if (_oneIsReady || _isDisposed)
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
            // OutOfMemoryException, say, at the limit of processes. Tried again with the next command.
            foreach (var driver in GiveUpClaim())
                CancelOnPool(driver);
        }
    }

    private void Serve()
    {
        do
        {
            if (Take() is not { } driver)
                return;
            StartOne();
            CancelHere(driver);
        }
        while (TryClaim());
    }

    /// <summary>Leaves the claim with the caller; null when the store has ended.</summary>
    private CancellationTokenSource? Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_isDisposed)
                {
                    _oneIsReady = false;
                    return null;
                }

                Monitor.Wait(_gate);
            }

            return _waiting.Dequeue();
        }
    }

    private CancellationTokenSource[] GiveUpClaim()
    {
        lock (_gate)
        {
            _oneIsReady = false;
            CancellationTokenSource[] left = [.. _waiting];
            _waiting.Clear();
            return left;
        }
    }

    private static void StartThread(Action run)
    {
#pragma warning disable RS0030 // blocking is what this thread is for
        var thread = new Thread(() => run()) { IsBackground = true, Name = "LeaderElection driver cancellation" };

        // Nothing of the first command's context may live on in it.
        thread.UnsafeStart();
#pragma warning restore RS0030
    }

    private static void CancelOnPool(CancellationTokenSource driver)
    {
        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(static driver => CancelHere(driver), driver, preferLocal: false);
        }
        catch (Exception)
        {
            // Not even that: the driver's own time-outs end the command.
        }
    }

    private static void CancelHere(CancellationTokenSource driver)
    {
        try
        {
            driver.Cancel();
        }
        catch (Exception)
        {
            // The driver failed to cancel; the attempt has been given up already.
        }
    }
}
