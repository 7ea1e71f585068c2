namespace LeaderElection.Postgres;

/// <summary>Cancels the driver when an attempt is cancelled, on a thread that it may block.</summary>
internal sealed class DriverCancellation : IDisposable
{
    // Not disposed: a thread may be at it long after the caller has gone on.
    private readonly CancellationTokenSource _driver = new();
    private readonly CancellationTokenRegistration _registration;

    public DriverCancellation(CancellingThreads threads, CancellationToken cancellationToken) =>
        _registration = cancellationToken.UnsafeRegister(_ => threads.Cancel(_driver), null);

    public CancellationToken Token => _driver.Token;

    public void Dispose() => _registration.Dispose();
}
