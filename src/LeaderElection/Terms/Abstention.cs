using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>
/// Whether this instance has a reason of its own not to run for office, and for how long: it was asked to step down,
/// work of its last term has not ended, or its work has failed. Used by the elector's loop alone.
/// </summary>
/// <param name="electionName">The election, for the log.</param>
/// <param name="whole">How long a term lasts without a renewal: as long as it waits for what has no end of its
/// own.</param>
/// <param name="cooldown">How long it sits out after a step-down.</param>
/// <param name="work">Whether its work can be done here.</param>
/// <param name="clock">This machine's clock.</param>
/// <param name="logger">The elector's log.</param>
internal sealed class Abstention(
    string electionName, TimeSpan whole, TimeSpan cooldown, WorkRecord work, TimeProvider clock, ILogger logger)
{
    private readonly SaidOnce _busy = new();
    private readonly SaidOnce _missing = new();
    private Term? _lastTerm;
    private Countdown? _cooldown;

    /// <summary>The term before; null when this instance has not led.</summary>
    public Term? LastTerm => _lastTerm;

    /// <summary>Zero when it may run.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_lastTerm is { HasWork: true } term)
            {
                if (_busy.IsNews())
                    Log.LastTermIsBusy(logger, electionName, term.FencingToken);
                return whole;
            }

            var backOff = work.BackOffLeft;
            var coolingDown = CooldownLeft;
            var left = backOff > coolingDown ? backOff : coolingDown;
            return left > TimeSpan.Zero || !IsWorkMissing() ? left : whole;
        }
    }

    public void NoteTerm(Term term)
    {
        _lastTerm = term;
        _busy.Over();
        work.TermEnded(term);
    }

    public void NoteStepDown() => _cooldown = Countdown.Of(clock, cooldown);

    // Once over it stays over, whatever the wall clock is set to.
    private TimeSpan CooldownLeft
    {
        get
        {
            var left = _cooldown?.Left ?? TimeSpan.Zero;
            if (left == TimeSpan.Zero)
                _cooldown = null;
            return left;
        }
    }

    // Asked when there is no other reason: whoever takes failed work up again does so a moment after its end.
    private bool IsWorkMissing()
    {
        var isMissing = work.IsMissing;
        if (!isMissing)
            _missing.Over();
        else if (_missing.IsNews())
            Log.WorkIsMissing(logger, electionName);
        return isMissing;
    }
}
