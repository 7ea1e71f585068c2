namespace LeaderElection;

/// <summary>One instance's attempts to get the lease and to give it away. Used by the loop, and by what comes too late
/// for it.</summary>
internal sealed class Candidacy(StoreAttempts store, Surroundings surroundings)
{
    // The first connection, a look at the schema and the compiling of all that take longer than an attempt for a short
    // lease may. Before the first attempt nothing is at stake.
    private static readonly TimeSpan LeastToInitialize = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly LeaderElectionOptions _options = surroundings.Options;

    /// <summary>An answer that comes too late is given back.</summary>
    /// <param name="outlived">The lease that this instance has seen to its end; null when none.</param>
    /// <param name="patience">How long to wait for others who ask, among many.</param>
    /// <param name="withdrawal">Ends the waiting.</param>
    public async Task<LeaseReply> RunForOfficeAsync(Lease? outlived, TimeSpan patience, CancellationToken withdrawal)
    {
        var began = surroundings.Now;
        if (await InitializeAsync().ConfigureAwait(false) is { } error)
        {
            surroundings.Telemetry.Attempted(Operation.Acquire, Outcome.Unknown, error, began);
            return new LeaseReply(new LeaseAnswer.Unknown(error), began);
        }

        var reply = await store.AcquireAsync(ClaimAfter(outlived), patience, GiveBackLate, withdrawal)
            .ConfigureAwait(false);
        if (reply.Answer is LeaseAnswer.Unknown { Error: LeaseStoreException })
            store.DoubtReadiness();
        return reply;
    }

    /// <summary>Tries within one time limit; if it fails, the lease runs out by itself.</summary>
    public async Task GiveAwayAsync(long fencingToken)
    {
        var left = surroundings.Countdown(_options.StoreTimeout);
        var pause = new Alarm(surroundings.Clock);
        for (var failures = 1; ; failures++)
        {
            var reply = await store.ReleaseAsync(fencingToken, left.Left).ConfigureAwait(false);
            if (reply.Error is not { } error)
                return;

            var wait = surroundings.Jitter.Backoff(failures, FirstRetry, _options.StoreTimeout);
            if (wait >= left.Left)
            {
                Log.ReleaseFailed(surroundings.Logger, _options.ElectionName, fencingToken, error);
                return;
            }

            await pause.SleepAsync(wait).ConfigureAwait(false);
        }
    }

    private Task<Exception?> InitializeAsync() => store.InitializeAsync(
        _options.StoreTimeout > LeastToInitialize ? _options.StoreTimeout : LeastToInitialize);

    private LeaseClaim ClaimAfter(Lease? outlived) => new()
    {
        ElectionName = _options.ElectionName,
        InstanceId = _options.InstanceId,
        LeaseDuration = _options.LeaseDuration,
        LockId = _options.LockId,
        Endpoint = _options.Endpoint,
        ClockJumpTolerance = _options.ClockJumpTolerance,
        Outlived = outlived,
    };

    private void GiveBackLate(LeaseAnswer answer)
    {
        if (answer is LeaseAnswer.Granted granted)
            _ = GiveAwayAsync(granted.Lease.FencingToken);
    }
}
