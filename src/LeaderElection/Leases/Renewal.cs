using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Renews the lease of one term on jittered timers while its trust window is open. An unknown answer is retried inside
/// the window and ends nothing by itself; only a renewal that was sent while the window was open moves it.
/// </summary>
internal sealed class LeaseKeeper
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly ILeaseStore _store;
    private readonly Leadership _term;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly Jitter _jitter;
    private readonly Alarm _alarm;
    private readonly OutageLog _outage;
    private readonly StoreClock _storeClock;
    private readonly ElectionTelemetry _telemetry;
    private readonly ILogger _logger;

    // The next attempt is due this long after that moment.
    private Moment _since;
    private TimeSpan _pause;
    private int _failures;

    public LeaseKeeper(
        ILeaseStore store, Leadership term, LeaderElectionOptions options, TimeProvider clock, Jitter jitter,
        Alarm alarm, OutageLog outage, StoreClock storeClock, ElectionTelemetry telemetry, ILogger logger)
    {
        _store = store;
        _term = term;
        _options = options;
        _clock = clock;
        _jitter = jitter;
        _alarm = alarm;
        _outage = outage;
        _storeClock = storeClock;
        _telemetry = telemetry;
        _logger = logger;
        _since = Moment.Now(clock);
        _pause = NextRenewal();
    }

    /// <summary>Whether the store said that the lease is someone else's or nobody's.</summary>
    public bool IsLost { get; private set; }

    public bool IsTrusted => _term.Window.IsOpen;

    /// <summary>Returns when done, lost, no longer trusted, or after the time limit.</summary>
    public async Task KeepUntilAsync(Func<bool> done, TimeSpan? atMost = null)
    {
        var began = Moment.Now(_clock);
        while (!done() && !IsLost && IsTrusted)
        {
            var untilDue = _pause - _since.Elapsed(_clock);
            var left = atMost - began.Elapsed(_clock) ?? TimeSpan.MaxValue;
            if (left <= TimeSpan.Zero)
                return;

            if (untilDue > TimeSpan.Zero)
                await _alarm.SleepAsync(untilDue < left ? untilDue : left).ConfigureAwait(false);
            else
                await RenewAsync().ConfigureAwait(false);
        }
    }

    private async Task RenewAsync()
    {
        var sent = Moment.Now(_clock);
        var answer = await AskAsync().ConfigureAwait(false);
        switch (answer.Outcome)
        {
            case LeaseOutcome.Granted:
                // Where it fails, the answer has found the window closed.
                if (!_term.TryExtend(TrustWindow.Open(_clock, sent, _options.LeaseDuration - _options.SafetyMargin)))
                    break;
                _outage.Ended();
                _failures = 0;
                _since = sent;
                _pause = NextRenewal();
                break;

            case LeaseOutcome.Unknown:
                _outage.Failed("renew", answer.Error);
                _since = Moment.Now(_clock);
                _pause = _jitter.Backoff(++_failures, FirstRetry, _options.StoreTimeout);
                break;

            default:
                IsLost = true;
                break;
        }

        // Last, because logs and listeners take their time.
        _telemetry.Attempted("renew", answer, sent);
        NoteStoreTime(answer, sent);
    }

    private async Task<LeaseAnswer> AskAsync()
    {
        var remaining = _term.Window.Remaining;
        var limit = remaining < _options.StoreTimeout ? remaining : _options.StoreTimeout;
        try
        {
            return await Attempt.RunAsync(
                _clock,
                limit,
                token => _store.RenewAsync(_term.ElectionName, _term.FencingToken, _options.LeaseDuration, token))
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return LeaseAnswer.Unknown(exception);
        }
    }

    // A jump ahead ends the lease in the row early, a jump back keeps the others out for longer: people should know.
    private void NoteStoreTime(LeaseAnswer answer, Moment sent)
    {
        if (answer.StoreTime is not { } storeTime || _storeClock.Note(storeTime, sent) is not { Jump: var jump }
            || jump == TimeSpan.Zero)
        {
            return;
        }

        _telemetry.ClockJumped();
        Log.StoreClockJumped(_logger, _term.ElectionName, jump);
    }

    private TimeSpan NextRenewal() => _jitter.Around(_options.RenewalInterval, _options.JitterRange);
}
