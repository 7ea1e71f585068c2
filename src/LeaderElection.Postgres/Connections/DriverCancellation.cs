namespace LeaderElection.Postgres;

/// <summary>
/// A token for the driver that is cancelled when the caller's is, on a thread that the driver may block: Npgsql cancels
/// a running command by connecting to the server and waiting for it, synchronously, on the thread that cancels. On a
/// network that swallows packets that takes seconds, before a server that is frozen as long as it is. Made without an
/// exception, whatever the machine lacks. Safe to use from any thread.
/// </summary>
internal sealed class DriverCancellation : IDisposable
{
    // For all stores of the process. No more of them are stuck than the stores have connections.
    private static readonly ReadyThreads OfTheProcess = new("LeaderElection driver cancellation");

    // Not disposed: a thread may be at it long after the caller has gone on.
    private readonly CancellationTokenSource _driver = new();
    private readonly CancellationTokenRegistration _registration;

    public DriverCancellation(CancellationToken cancellationToken)
        : this(OfTheProcess, cancellationToken)
    {
    }

    public DriverCancellation(ReadyThreads threads, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            threads.KeepOneReady();
        _registration = cancellationToken.UnsafeRegister(_ => threads.Run(CancelDriver), null);
    }

    public CancellationToken Token => _driver.Token;

    public void Dispose() => _registration.Dispose();

    private void CancelDriver()
    {
        try
        {
            _driver.Cancel();
        }
        catch (Exception)
        {
            // The driver failed to cancel; the attempt has been given up already.
        }
    }
}
