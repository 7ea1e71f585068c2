using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LeaderElection.Tests.Simulation;

/// <summary>
/// One seed: a store, some machines with an instance each, half an hour of faults with calm times in between, and a
/// referee. Runs on one thread; the same seed runs the same way every time.
/// </summary>
internal sealed class World
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    private const int Seasons = 3;
    private const int MostStepsOfAGhost = 10_000;

    private static readonly ActivitySource NobodysSpans = new("Simulation");

    private readonly Weather _weather;
    private long _jumpedAt = long.MinValue / 2;

    private World(int seed, ElectionInstruments instruments, TextWriter? text)
    {
        Instruments = instruments;
        Random = new Random(seed);
        Agenda = new Agenda();
        Trace = new Trace(Agenda, text);
        Conditions = Conditions.Draw(Random);
        text?.WriteLine($"seed {seed}: {Conditions}");
        Server = new StoreServer(Agenda, Random, Trace, DrawDrift());
        Referee = new Referee(this);
        for (var number = 0; number < Conditions.Machines; number++)
            Places.Add(new Place(this, number, DrawDrift()));
        _weather = new Weather(this);
    }

    public Random Random { get; }

    /// <summary>Of the world alone: those of the process would remember every instance that crashed.</summary>
    public ElectionInstruments Instruments { get; }

    public Agenda Agenda { get; }

    public Trace Trace { get; }

    public Conditions Conditions { get; }

    public StoreServer Server { get; }

    public Referee Referee { get; }

    public List<Place> Places { get; } = [];

    /// <summary>All that are alive, and the stopped ones until the next calm time has shown what they left.</summary>
    public List<SimulatedInstance> Instances { get; } = [];

    /// <summary>Those that are not. Collected only with the world: a finalizer would resume them on another
    /// thread.</summary>
    public List<SimulatedInstance> Graveyard { get; } = [];

    /// <summary>Nothing goes wrong now.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>A jump of the store's clock is tolerated if no other comes while a lease may be judged by it.</summary>
    public bool MayJump =>
        Agenda.Now - _jumpedAt > (3 * Conditions.LeaseDuration + 2 * Conditions.ClockJumpTolerance).Ticks;

    public void NoteJump() => _jumpedAt = Agenda.Now;

    /// <summary>No request reaches the store any more.</summary>
    public bool IsOver { get; private set; }

    public void Bury(SimulatedInstance instance)
    {
        Instances.Remove(instance);
        Graveyard.Add(instance);
    }

    /// <param name="seed">Which world.</param>
    /// <param name="text">Where its trace is written; null for nowhere.</param>
    public static Outcome Run(int seed, TextWriter? text = null)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            using var meter = new Meter(ElectionInstruments.Name);
            var world = new World(seed, new ElectionInstruments(meter, NobodysSpans), text);
            var failure = world.Live();
            var outcome = new Outcome(
                seed, world.Referee.Violation ?? failure, world.Trace.Hash, [.. world.Trace.Counts]);
            world.BuryAll();
            return outcome;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Null unless the world itself fails.</summary>
    private Violation? Live()
    {
        try
        {
            LiveThroughSeasons();
            return null;
        }
        catch (Exception exception)
        {
            return new Violation(
                Promise.NothingFails, TimeSpan.FromTicks(Agenda.Now), $"the world failed: {exception}");
        }
    }

    private void LiveThroughSeasons()
    {
        foreach (var place in Places)
            place.StartAnew();

        var steady = Conditions.LongestLook;
        var calm = Conditions.LongestRecovery + steady;
        var season = Length / Seasons;
        for (var number = 1; number <= Seasons; number++)
        {
            _weather.Worsen();
            Pass(number * season - calm);
            GrowCalm();
            Pass(number * season - steady);
            Referee.Calm.ExpectLeader();
            Pass(number * season);
            Referee.Calm.ExpectStopsDone();
            Referee.Calm.ExpectNothingLeft();
            Referee.Calm.ExpectLeaderKnown();
            foreach (var instance in Instances.Where(instance => instance.IsStopped).ToList())
                Bury(instance);
            if (number < Seasons)
                SetCalm(false);
        }

        foreach (var instance in Instances.Where(instance => instance.IsContending).ToList())
            instance.Stop(patience: null);
        Pass(Length + Conditions.LongestStop + 2 * Conditions.LeaseDuration);
        Referee.Calm.ExpectNothingLeft();
    }

    private void GrowCalm()
    {
        Trace.Note(Happening.Calm, -1);
        SetCalm(true);
        _weather.Clear();
    }

    private void SetCalm(bool isCalm)
    {
        IsCalm = isCalm;
        foreach (var place in Places)
            place.Link.IsCalm = isCalm;
    }

    private void Pass(TimeSpan until)
    {
        while (Referee.Violation is null && Step(until.Ticks))
        {
            if (!Conditions.IsSeldomAsked || Referee.HasNews || Random.Next(16) == 0)
                Referee.Look();
        }

        Referee.Look();
        Agenda.MoveTo(until.Ticks);
    }

    /// <summary>False when nothing is left to do until then.</summary>
    private bool Step(long until)
    {
        var first = Agenda.Next;
        SimulatedInstance? whose = null;
        foreach (var instance in Instances)
        {
            if (instance.IsCrashed || !instance.Machine.IsRunning || instance.Clock.Next is not { } due)
                continue;
            if (first is { } earlier && earlier.CompareTo(due) <= 0)
                continue;
            first = due;
            whose = instance;
        }

        if (first is not { } next || next.At > until)
            return false;
        if (whose is null)
        {
            Agenda.RunNext();
        }
        else
        {
            Agenda.MoveTo(next.At);
            whose.Clock.FireNext();
        }

        return true;
    }

    /// <summary>
    /// Stops what was left standing. Otherwise the finalizers of its timers resume it when the world is collected, it
    /// sleeps on another timer, and so on for ever.
    /// </summary>
    private void BuryAll()
    {
        IsOver = true;
        foreach (var instance in Instances.Concat(Graveyard).Where(instance => !instance.IsStopped))
        {
            instance.LayToRest();
            for (var step = 0; step < MostStepsOfAGhost && instance.Clock.Next is { } due; step++)
            {
                Agenda.MoveTo(due.At);
                instance.Clock.FireNext();
            }
        }
    }

    private long DrawDrift() => Random.NextInt64(-Conditions.LargestDrift, Conditions.LargestDrift + 1);
}
