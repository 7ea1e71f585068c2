using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Whether this instance has a reason of its own not to run for office, and for how long: it was asked to step down, work
/// of its last term has not ended, or its work has failed. Used by the loop alone.
/// </summary>
internal sealed class Abstention(
    LeaderElectionOptions options, WorkRecord work, TimeProvider clock, ILogger logger)
{
    private Leadership? _lastTerm;
    private Moment? _steppedDownAt;
    private bool _saidBusy;
    private bool _saidMissing;

    /// <summary>The term before; null when this instance has not led.</summary>
    public Leadership? LastTerm => _lastTerm;

    /// <summary>Zero when it may run.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_lastTerm is { HasWork: true } term)
            {
                if (!_saidBusy)
                    Log.LastTermIsBusy(logger, term.ElectionName, term.FencingToken);
                _saidBusy = true;
                return options.LeaseDuration;
            }

            var backOff = work.BackOffLeft;
            var cooldown = CooldownLeft;
            var left = backOff > cooldown ? backOff : cooldown;
            return left > TimeSpan.Zero || !IsWorkMissing() ? left : options.LeaseDuration;
        }
    }

    public void NoteTerm(Leadership term)
    {
        _lastTerm = term;
        _saidBusy = false;
        work.TermEnded(term);
    }

    public void NoteStepDown() => _steppedDownAt = Moment.Now(clock);

    private TimeSpan CooldownLeft
    {
        get
        {
            if (_steppedDownAt is not { } since)
                return TimeSpan.Zero;
            var left = options.ReleaseCooldown - since.Elapsed(clock);
            if (left > TimeSpan.Zero)
                return left;
            _steppedDownAt = null;
            return TimeSpan.Zero;
        }
    }

    // Asked when there is no other reason: whoever takes failed work up again does so a moment after its end.
    private bool IsWorkMissing()
    {
        var isMissing = work.IsMissing;
        if (isMissing && !_saidMissing)
            Log.WorkIsMissing(logger, options.ElectionName);
        _saidMissing = isMissing;
        return isMissing;
    }
}
