namespace LeaderElection;

/// <summary>
/// Renews the lease of one term on jittered timers while its trust window is open. An unknown answer is retried inside
/// the window and ends nothing by itself; only a renewal that was sent while the window was open moves it. Used by the
/// loop alone.
/// </summary>
internal sealed class Renewal
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    private readonly StoreAttempts _store;
    private readonly Term _term;
    private readonly Surroundings _surroundings;
    private readonly Alarm _alarm;
    private readonly OutageLog _outage;
    private readonly StoreClock _storeClock;

    private Countdown _untilDue;
    private int _failures;

    public Renewal(
        StoreAttempts store, Term term, Surroundings surroundings, Alarm alarm, OutageLog outage, StoreClock storeClock)
    {
        _store = store;
        _term = term;
        _surroundings = surroundings;
        _alarm = alarm;
        _outage = outage;
        _storeClock = storeClock;
        _untilDue = UntilNext(surroundings.Now);
    }

    /// <summary>Whether the store said that the lease is someone else's or nobody's.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Renews until done; returns earlier when the lease is lost or no longer trusted, or after the time
    /// limit.</summary>
    public async Task RenewUntilAsync(Func<bool> done, TimeSpan? atMost = null)
    {
        Countdown? limit = atMost is { } length ? _surroundings.Countdown(length) : null;
        while (!done() && !IsLost && _term.Window.IsOpen)
        {
            var left = limit?.Left ?? TimeSpan.MaxValue;
            if (left <= TimeSpan.Zero)
                return;

            var untilDue = _untilDue.Left;
            if (untilDue > TimeSpan.Zero)
                await _alarm.SleepAsync(untilDue < left ? untilDue : left).ConfigureAwait(false);
            else
                await RenewAsync().ConfigureAwait(false);
        }
    }

    private Task RenewAsync()
    {
        var remaining = _term.Window.Remaining;
        var timeout = _surroundings.Options.StoreTimeout;
        return _store.RenewAsync(_term.FencingToken, remaining < timeout ? remaining : timeout, Take);
    }

    private void Take(LeaseReply reply)
    {
        switch (reply.Answer)
        {
            case LeaseAnswer.Granted:
                // Where it fails, the answer has found the window closed.
                if (!_term.Window.TryExtend(reply.Sent))
                    break;
                _outage.Ended();
                _failures = 0;
                _untilDue = UntilNext(reply.Sent);
                break;

            case LeaseAnswer.Unknown unknown:
                _outage.Failed(Operation.Renew, unknown.Error);
                _untilDue = _surroundings.Countdown(
                    _surroundings.Jitter.Backoff(++_failures, FirstRetry, _surroundings.Options.StoreTimeout));
                break;

            default:
                IsLost = true;
                break;
        }

        NoteStoreTime(reply);
    }

    // A jump ahead ends the lease in the row early, a jump back keeps the others out for longer: people should know.
    private void NoteStoreTime(LeaseReply reply)
    {
        if (reply.Answer.StoreTime is not { } storeTime
            || _storeClock.Note(storeTime, reply.Sent) is not { Jump: var jump } || jump == TimeSpan.Zero)
        {
            return;
        }

        _surroundings.Telemetry.ClockJumped();
        Log.StoreClockJumped(_surroundings.Logger, _surroundings.ElectionName, jump);
    }

    private Countdown UntilNext(Moment sent)
    {
        var options = _surroundings.Options;
        return new Countdown(
            _surroundings.Clock, sent, _surroundings.Jitter.Around(options.RenewalInterval, options.JitterRange));
    }
}
