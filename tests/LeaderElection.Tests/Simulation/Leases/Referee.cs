namespace LeaderElection.Tests.Simulation;

/// <summary>
/// Watches a world from outside and knows the first promise that it broke. Has its own book of who was granted what,
/// and believes neither the electors nor the store.
/// </summary>
internal sealed class Referee
{
    // A thawed process runs what is overdue within this.
    private static readonly long Scheduling = TimeSpan.FromMilliseconds(5).Ticks;

    private readonly World _world;
    private readonly long _nap;
    private LeaseOnBook? _lease;
    private long _lastToken;
    private long _highestWrite;

    public Referee(World world)
    {
        _world = world;
        _nap = (long)(1.1 * world.Conditions.SafetyMargin.Ticks);
        Calm = new CalmReferee(world, this);
    }

    /// <summary>For the times without faults.</summary>
    public CalmReferee Calm { get; }

    public Violation? Violation { get; private set; }

    /// <summary>Somebody was granted a lease, or began to work, since it last looked.</summary>
    public bool HasNews { get; private set; }

    /// <summary>Who leads now; null for nobody.</summary>
    public SimulatedInstance? Leader { get; private set; }

    private long StoreTime => _world.Server.Time.GetTimestamp();

    /// <summary>After every step.</summary>
    public void Look()
    {
        HasNews = false;
        Leader = null;
        SimulatedInstance? worker = null;
        foreach (var instance in _world.Instances)
        {
            // Nobody can ask on a machine that is suspended, and a look would count as one that was just taken.
            if (instance.IsCrashed || instance.Machine.IsSuspended)
                continue;
            if (instance.Clock.WasLeft)
                Break(Promise.StaysInTime, $"{Name(instance)} was asked for the time by another thread");
            if (instance.Failure is { } failure)
                Break(Promise.NothingFails, $"{Name(instance)} failed: {failure}");
            if (instance.Clock.WasStuck)
                Break(Promise.StaysInTime, $"{Name(instance)} runs in circles");
            if (instance.Elector.Work.Current is not null)
                instance.Notes.StoodAsideAt = _world.Agenda.Now;
            LookAtTerm(instance);
            if (instance.Notes.Work is not { } work || MayStillRun(instance, work.Term))
                continue;
            if (worker is not null)
                Break(Promise.WorkIsAlone, $"{Name(worker)} and {Name(instance)} both work");
            worker = instance;
        }

        Calm.Look();
    }

    public void NoteCandidacy(SimulatedInstance who)
    {
        if (who.Notes.Work is { Term.IsOver: true } work)
        {
            Break(
                Promise.WorkComesToAnEnd,
                $"{Name(who)} runs for office while the work of {work.Term.FencingToken} still runs");
        }

        LookAtStandingAside(who);
        if (who.Notes.ReleaseAsked is not ({ EndReason: LeadershipChangeReason.Released }, var askedAt, var trueTime))
            return;

        // A wall clock that was set counts as time that passed, and it counts from the end of the step-down.
        var waited = askedAt.Elapsed(who.Clock);
        if (waited < _world.Conditions.ReleaseCooldown && who.Machine.WallSetAt >= trueTime)
            return;
        if (waited < _world.Conditions.ReleaseCooldown)
            Break(Promise.CooldownIsKept, $"{Name(who)} ran for office {waited} after its release");
        else
            who.Notes.ReleaseAsked = null;
    }

    public void NoteAcquire(SimulatedInstance who, LeaseClaim claim, LeaseAnswer answer)
    {
        if (answer is not LeaseAnswer.Granted { Lease: var lease })
        {
            _world.Trace.Note(Happening.HeldByAnother, who.Number, answer.Lease?.FencingToken ?? 0);
            return;
        }

        _world.Trace.Note(Happening.Granted, who.Number, lease.FencingToken);
        if (_lease is { } held && StoreTime < held.ExpiresAt)
            Break(Promise.OneLease, $"{Name(who)} was granted {lease.FencingToken} beside the living {held.Token}");
        if (lease.FencingToken <= _lastToken)
            Break(Promise.TokensRise, $"{Name(who)} was granted {lease.FencingToken} after {_lastToken}");
        foreach (var other in _world.Instances)
            CheckThatLostIsCancelled(other, who);

        _lastToken = lease.FencingToken;
        _lease = new LeaseOnBook(lease.FencingToken, StoreTime + claim.LeaseDuration.Ticks);
        who.Notes.Granted.Add(lease.FencingToken);
        HasNews = true;
    }

    public void NoteRenewal(SimulatedInstance who, long token, TimeSpan leaseDuration, LeaseAnswer answer)
    {
        if (answer is not LeaseAnswer.Granted)
        {
            _world.Trace.Note(Happening.RenewalRefused, who.Number, token);
            return;
        }

        _world.Trace.Note(Happening.Renewed, who.Number, token);
        if (_lease is not { } held || held.Token != token || StoreTime >= held.ExpiresAt)
            Break(Promise.OneLease, $"{Name(who)} renewed {token}, which has no living lease");
        _lease = new LeaseOnBook(token, StoreTime + leaseDuration.Ticks);
    }

    public void NoteRelease(SimulatedInstance who, long token, bool wasHeld)
    {
        _world.Trace.Note(wasHeld ? Happening.Released : Happening.ReleaseRefused, who.Number, token);
        if (wasHeld && !who.IsCrashed && who.Notes.Work is { } work && work.Term.FencingToken == token)
            Break(Promise.ReleaseAfterWork, $"{Name(who)} gave {token} away while its work ran");
        if (_lease?.Token == token)
            _lease = null;
    }

    public void NoteFencedWrite(SimulatedInstance who, long token, bool isAccepted)
    {
        _world.Trace.Note(isAccepted ? Happening.WriteAccepted : Happening.WriteRefused, who.Number, token);
        if (!isAccepted)
            return;
        if (token < _highestWrite || token < _lastToken)
            Break(Promise.FenceHolds, $"a write of {token} was accepted after {Math.Max(_highestWrite, _lastToken)}");
        _highestWrite = token;
    }

    public void NoteWorkBegan(
        SimulatedInstance who, Leadership term, bool isStubborn, CancellationToken stop)
    {
        if (who.Notes.Work is { } before)
        {
            Break(
                Promise.WorkIsAlone,
                $"{Name(who)} began the work of {term.FencingToken} in that of {before.Term.FencingToken}");
        }

        who.Notes.Work = (term, stop, isStubborn);
        HasNews = true;
    }

    public void NoteChange(SimulatedInstance who, LeadershipChangedEventArgs change)
    {
        var notes = who.Notes;
        if (change is { IsLeader: true, FencingToken: { } gained })
        {
            _world.Trace.Note(Happening.Gained, who.Number, gained);
            if (!notes.Granted.Contains(gained))
                Break(Promise.EventsAreTrue, $"{Name(who)} was told of {gained}, which nobody granted it");
            if (notes.ToldToken is not null || gained <= notes.LastToldToken)
                Break(Promise.EventsAreTrue, $"{Name(who)} was told of {gained} after {notes.LastToldToken}");
            notes.ToldToken = notes.LastToldToken = gained;
        }
        else if (change.Reason != LeadershipChangeReason.LeaderChanged)
        {
            _world.Trace.Note(Happening.Ended, who.Number, (long)change.Reason);
            if (notes.ToldToken is null || notes.ToldToken != change.FencingToken)
            {
                Break(
                    Promise.EventsAreTrue,
                    $"{Name(who)} was told of the end of {change.FencingToken}, not of its beginning");
            }

            notes.ToldToken = null;
        }
    }

    public static string Name(SimulatedInstance instance) => $"{(char)('a' + instance.Number)}";

    /// <summary>The first promise that is broken counts.</summary>
    public void Break(Promise promise, string how) =>
        Violation ??= new Violation(promise, TimeSpan.FromTicks(_world.Agenda.Now), how);

    private void LookAtTerm(SimulatedInstance instance)
    {
        var notes = instance.Notes;
        if (!instance.Elector.IsLeader)
        {
            if (notes.Term is { } term)
                LookAtLoss(instance, term, notes.OverSince ??= _world.Agenda.Now);
            return;
        }

        if (Leader is not null)
            Break(Promise.OneLeader, $"{Name(Leader)} and {Name(instance)} both lead");
        Leader = instance;
        var held = instance.Elector.Current;
        if (held == notes.Term && notes.OverSince is not null)
            Break(Promise.TermsEndForGood, $"{Name(instance)} leads again in {held?.FencingToken}");
        if (held != notes.Term)
            notes.OverSince = null;
        notes.Term = held;
    }

    private void LookAtStandingAside(SimulatedInstance who)
    {
        if (who.Notes.IsWorkerAway)
            Break(Promise.NobodyLeadsIdle, $"{Name(who)} runs for office although nobody does its work");
        if (who.Elector.Work.Current is { } failure)
        {
            Break(
                Promise.NobodyLeadsIdle,
                $"{Name(who)} runs for office although it says that it stands aside: {failure}");
        }

        if (who.Notes.WorkFailed is not (var failedAt, var trueTime))
            return;
        var waited = failedAt.Elapsed(who.Clock);
        if (waited >= _world.Conditions.LeaseDuration / 2)
            who.Notes.WorkFailed = null;
        else if (who.Machine.WallSetAt < trueTime)
            Break(Promise.NobodyLeadsIdle, $"{Name(who)} ran for office {waited} after its work failed");
    }

    private void LookAtLoss(SimulatedInstance instance, Leadership term, long overSince)
    {
        var patience = (_world.Conditions.SetsWallClocks ? _nap : 0) + Scheduling;
        if (_world.Agenda.Now - overSince <= patience || IsExcused(instance))
            return;
        if (!term.Lost.IsCancellationRequested)
            Break(Promise.LostComesFirst, $"{Name(instance)} was not told in time that {term.FencingToken} is over");
        if (instance.Notes.Work is { Stop.IsCancellationRequested: false } work && work.Term == term)
            Break(Promise.WorkIsTold, $"{Name(instance)}'s work was not told in time that {term.FencingToken} is over");
    }

    private void CheckThatLostIsCancelled(SimulatedInstance other, SimulatedInstance winner)
    {
        if (other == winner || other.IsCrashed || IsExcused(other))
            return;
        if (other.Notes is { Term: { } over, Work: { Stop.IsCancellationRequested: false } work } && work.Term == over)
            Break(Promise.WorkIsTold, $"{Name(other)}'s work was not told before {Name(winner)} gained");
        if (other.Notes.Term is { Lost.IsCancellationRequested: false } term)
        {
            Break(
                Promise.LostComesFirst,
                $"{Name(other)} was not told of the loss of {term.FencingToken} before {Name(winner)} gained");
        }
    }

    // A process that does not run can be told nothing; after a suspension, of which no timer tells, it looks at the
    // clock at least once per safety margin.
    private bool IsExcused(SimulatedInstance instance)
    {
        var machine = instance.Machine;
        return !machine.IsRunning
            || _world.Agenda.Now - machine.RanAgainAt < Scheduling
            || _world.Agenda.Now - machine.ResumedAt < _nap + Scheduling;
    }

    // Told late, work takes a part of a margin to stop. Told by a loss, some ignores it. Told by a step-down, it takes
    // nearly as long as it may, in which the lease is renewed if nothing is in the way.
    private bool MayStillRun(SimulatedInstance instance, Leadership term)
    {
        var work = instance.Notes.Work!.Value;
        var machine = instance.Machine;
        var ranAgain = Math.Max(machine.RanAgainAt, machine.ResumedAt + _nap);
        if (IsExcused(instance) || _world.Agenda.Now - ranAgain < _nap / 4)
            return true;
        var isStepDown = term.EndReason is LeadershipChangeReason.Stopped or LeadershipChangeReason.Released;
        var drained = _world.Conditions.DrainTimeout + _world.Conditions.LeaseDuration;
        return isStepDown ? instance.WasCutShort || !instance.Place.WasWellFor(2 * drained) : work.IsStubborn;
    }

    private sealed record LeaseOnBook(long Token, long ExpiresAt);
}
