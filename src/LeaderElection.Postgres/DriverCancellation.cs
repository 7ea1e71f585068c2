namespace LeaderElection.Postgres;

/// <summary>
/// Passes a cancellation on to the driver on a thread of its own. Npgsql cancels a running command by connecting to the
/// server and waiting for it, synchronously, on the thread that cancels: seconds on a network that swallows packets.
/// The pool's few threads are needed for renewals and for <see cref="Leadership.Lost"/>.
/// </summary>
internal sealed class DriverCancellation : IDisposable
{
    // Not disposed: the thread may be at it long after the caller has gone on.
    private readonly CancellationTokenSource _driver = new();
    private readonly CancellationTokenRegistration _registration;

    public DriverCancellation(CancellationToken cancellationToken) =>
        _registration = cancellationToken.UnsafeRegister(static state => ((DriverCancellation)state!).Start(), this);

    public CancellationToken Token => _driver.Token;

    public void Dispose() => _registration.Dispose();

    private void Start()
    {
#pragma warning disable RS0030 // blocking is what this thread is for
        new Thread(Cancel) { IsBackground = true, Name = "LeaderElection driver cancellation" }.Start();
#pragma warning restore RS0030
    }

    private void Cancel()
    {
        try
        {
            _driver.Cancel();
        }
        catch (AggregateException)
        {
            // The driver failed to cancel; the attempt has been given up already.
        }
    }
}
