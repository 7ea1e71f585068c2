using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>One instance's attempts to get the lease, to look at it and to give it away.</summary>
internal sealed class Candidacy
{
    // The first connection, a look at the schema and the compiling of all that take longer than an attempt for a short
    // lease may. Before the first attempt nothing is at stake.
    private static readonly TimeSpan LeastToInitialize = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly ILeaseStore _store;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly Jitter _jitter;
    private readonly ElectionTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly LeaseClaim _claim;
    private bool _initialized;

    public Candidacy(
        ILeaseStore store, LeaderElectionOptions options, TimeProvider clock, Jitter jitter,
        ElectionTelemetry telemetry, ILogger logger)
    {
        _store = store;
        _options = options;
        _clock = clock;
        _jitter = jitter;
        _telemetry = telemetry;
        _logger = logger;
        _claim = new LeaseClaim(
            options.ElectionName, options.InstanceId, options.LeaseDuration, options.LockId, options.Endpoint,
            options.ClockJumpTolerance);
    }

    /// <summary>Never throws; an answer that comes too late is given back.</summary>
    /// <param name="outlived">The lease that this instance has seen to its end; null when none.</param>
    public async Task<(LeaseAnswer Answer, Moment Sent)> RunForOfficeAsync(Lease? outlived)
    {
        var claim = _claim with { Outlived = outlived };
        var sent = Moment.Now(_clock);
        try
        {
            if (!_initialized)
                await InitializeAsync().ConfigureAwait(false);

            sent = Moment.Now(_clock);
            var answer = await Attempt.RunAsync(
                _clock, _options.StoreTimeout, token => _store.AcquireAsync(claim, token), GiveBackLate)
                .ConfigureAwait(false);
            return (answer, sent);
        }
        catch (Exception exception)
        {
            _initialized &= exception is not LeaseStoreException;
            return (LeaseAnswer.Unknown(exception), sent);
        }
    }

    /// <summary>Who leads, asked without running for office. Never throws.</summary>
    public async Task<(LeaseAnswer Answer, Moment Sent)> LookAsync()
    {
        var sent = Moment.Now(_clock);
        try
        {
            var lease = await Attempt.RunAsync(
                _clock, _options.StoreTimeout, token => _store.ReadAsync(_options.ElectionName, token))
                .ConfigureAwait(false);
            return (LeaseAnswer.HeldByAnother(lease), sent);
        }
        catch (Exception exception)
        {
            return (LeaseAnswer.Unknown(exception), sent);
        }
    }

    /// <summary>Tries within one time limit; if it fails, the lease runs out by itself.</summary>
    public async Task GiveAwayAsync(long fencingToken)
    {
        var began = Moment.Now(_clock);
        var pause = new Alarm(_clock);
        for (var failures = 1; ; failures++)
        {
            var sent = Moment.Now(_clock);
            try
            {
                var wasHeld = await Attempt.RunAsync(
                    _clock,
                    _options.StoreTimeout - began.Elapsed(_clock),
                    token => _store.ReleaseAsync(_options.ElectionName, fencingToken, token)).ConfigureAwait(false);
                _telemetry.Released(wasHeld, sent);
                return;
            }
            catch (Exception exception)
            {
                _telemetry.Failed("release", exception, sent);
                var wait = _jitter.Backoff(failures, FirstRetry, _options.StoreTimeout);
                if (began.Elapsed(_clock) + wait >= _options.StoreTimeout)
                {
                    Log.ReleaseFailed(_logger, _options.ElectionName, fencingToken, exception);
                    return;
                }

                await pause.SleepAsync(wait).ConfigureAwait(false);
            }
        }
    }

    private async Task InitializeAsync()
    {
        var limit = _options.StoreTimeout > LeastToInitialize ? _options.StoreTimeout : LeastToInitialize;
        await Attempt.RunAsync(
            _clock,
            limit,
            async token =>
            {
                await _store.InitializeAsync(token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        _initialized = true;
    }

    private void GiveBackLate(LeaseAnswer answer)
    {
        if (answer is { Outcome: LeaseOutcome.Granted, Lease: { } lease })
            _ = GiveAwayAsync(lease.FencingToken);
    }
}
