namespace LeaderElection.Postgres;

/// <summary>
/// The threads of a store that pass cancellations on to the driver. Npgsql cancels a running command by connecting to
/// the server and waiting for it, synchronously, on the thread that cancels: on a network that swallows packets for
/// seconds, before a server that is frozen for as long as it is. No more of them are stuck than the store has
/// connections. Safe to use from any thread.
/// </summary>
internal sealed class CancellingThreads : IDisposable
{
    private readonly ReadyThreads _threads;

    public CancellingThreads() => _threads = new ReadyThreads("LeaderElection driver cancellation");

    /// <param name="start">Starts a thread; throws when the machine gives none.</param>
    public CancellingThreads(Action<Action> start) => _threads = new ReadyThreads(start);

    /// <summary>A token for the driver that is cancelled when the given one is. Never throws, whatever the machine
    /// lacks.</summary>
    public DriverCancellation PassOn(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _threads.KeepOneReady();
        return new DriverCancellation(this, cancellationToken);
    }

    /// <summary>Returns at once. Never throws: it is called by timers.</summary>
    public void Cancel(CancellationTokenSource driver) => _threads.Run(() => CancelHere(driver));

    /// <summary>Threads that the driver blocks end when it lets them; later cancellations go to the pool.</summary>
    public void Dispose() => _threads.Dispose();

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
