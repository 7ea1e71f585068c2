using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Deletes leases that ran out long ago, once per interval and store in this process, however many electors share the
/// store. Apart from the election loop, so that a slow deletion delays no renewal.
/// </summary>
internal sealed class CleanupLoop
{
    // Long enough for a late renewal or a look at the table; a row in the way costs nobody anything.
    private static readonly TimeSpan ExpiredFor = TimeSpan.FromSeconds(5);
    private static readonly ConditionalWeakTable<ILeaseStore, Turn> Turns = [];

    private readonly ILeaseStore _store;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly Jitter _jitter;
    private readonly ILogger _logger;
    private readonly Alarm _alarm;
    private volatile bool _stopRequested;

    public CleanupLoop(
        ILeaseStore store, LeaderElectionOptions options, TimeProvider clock, Random random, ILogger logger)
    {
        _store = store;
        _options = options;
        _clock = clock;
        _jitter = new Jitter(random);
        _logger = logger;
        _alarm = new Alarm(clock);
    }

    /// <summary>Runs until stopped. Never throws.</summary>
    public async Task RunAsync()
    {
        var turn = Turns.GetValue(_store, static _ => new Turn());
        turn.Tolerate(_options.ClockJumpTolerance);
        while (!_stopRequested)
        {
            var pause = _jitter.Around(_options.CleanupInterval, _options.JitterRange);
            await _alarm.SleepAsync(pause).ConfigureAwait(false);
            if (!_stopRequested && turn.TryTake(_clock, _options.CleanupInterval - _options.JitterRange))
                await CleanAsync(ExpiredFor + turn.Tolerance).ConfigureAwait(false);
        }
    }

    public void RequestStop()
    {
        _stopRequested = true;
        _alarm.Ring();
    }

    private async Task CleanAsync(TimeSpan expiredFor)
    {
        try
        {
            var deleted = await Attempt.RunAsync(
                _clock, _options.StoreTimeout, token => _store.DeleteExpiredAsync(expiredFor, token))
                .ConfigureAwait(false);
            if (deleted > 0)
                Log.CleanedUp(_logger, deleted);
        }
        catch (Exception exception)
        {
            Log.CleanupFailed(_logger, _options.ElectionName, Problem.In(exception));
            Log.FailureDetails(_logger, _options.ElectionName, "delete", exception);
        }
    }

    private sealed class Turn
    {
        private readonly Lock _gate = new();
        private Moment? _taken;
        private TimeSpan _tolerance;

        /// <summary>The longest of the electors that share the store: a deletion must not do what none of them
        /// may.</summary>
        public TimeSpan Tolerance
        {
            get
            {
                lock (_gate)
                    return _tolerance;
            }
        }

        public void Tolerate(TimeSpan clockJump)
        {
            lock (_gate)
                _tolerance = clockJump > _tolerance ? clockJump : _tolerance;
        }

        public bool TryTake(TimeProvider clock, TimeSpan interval)
        {
            lock (_gate)
            {
                if (_taken is { } taken && taken.Elapsed(clock) < interval)
                    return false;
                _taken = Moment.Now(clock);
                return true;
            }
        }
    }
}
