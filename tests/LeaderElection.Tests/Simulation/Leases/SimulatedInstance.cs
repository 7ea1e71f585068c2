using Microsoft.Extensions.Logging;

namespace LeaderElection.Tests.Simulation;

/// <summary>
/// One process of an app on one machine: the real elector, work that it runs as leader, and what its users do to it.
/// </summary>
internal sealed class SimulatedInstance
{
    private readonly World _world;
    private readonly Machine _machine;
    private readonly StoreClient _client;
    private readonly List<Action> _inbox = [];
    private Action _hurry = static () => { };
    private Task _working = Task.CompletedTask;
    private Task? _releasing;

    public SimulatedInstance(World world, Place place)
    {
        _world = world;
        _machine = place.Machine;
        Place = place;
        _client = new StoreClient(world, this, place.Link);
        Clock = new InstanceClock(world.Agenda, _machine, world.Conditions.TiesInReverse);
        Elector = new LeaseElector(
            _client, world.Conditions.Options($"{(char)('a' + Number)}"), Log, Clock,
            new Random(world.Random.Next()), world.Instruments);
        Elector.LeadershipChanged += OnChanged;
    }

    public Place Place { get; }

    public int Number => _machine.Number;

    public Machine Machine => _machine;

    public InstanceClock Clock { get; }

    public LeaseElector Elector { get; }

    public StoreClient Client => _client;

    public bool IsCrashed { get; private set; }

    /// <summary>Null while it contends.</summary>
    public Task? Stopping { get; private set; }

    public long StopAskedAt { get; private set; }

    /// <summary>Whether a stop did not wait for the work.</summary>
    public bool WasCutShort { get; private set; }

    public bool IsContending => !IsCrashed && Stopping is null;

    public bool IsStopped => Stopping is { IsCompleted: true };

    public bool IsReleasing => _releasing is { IsCompleted: false };

    /// <summary>What came out of the elector that should not have; null for nothing.</summary>
    public Exception? Failure =>
        LoopFailure?.Exception ?? _working.Exception ?? _releasing?.Exception ?? Stopping?.Exception;

    public bool HasWork => !_working.IsCompleted;

    /// <summary>What the referee remembers of it.</summary>
    public Notes Notes { get; } = new();

    /// <summary>Starts it, as soon as its machine runs.</summary>
    public void Launch()
    {
        if (_machine.IsRunning)
            Start();
        else
            _inbox.Add(Start);
    }

    /// <param name="patience">After how long the stop is told not to wait for the work; null for never.</param>
    public void Stop(TimeSpan? patience)
    {
        _world.Trace.Note(Happening.StopAsked, Number);
        StopAskedAt = _world.Agenda.Now;
        WasCutShort = patience is not null;
        Stopping = StopAsync(patience);
    }

    /// <summary>Asks for a step-down, unless one is under way: of two that wait for its end, one would be resumed on
    /// another thread.</summary>
    public void Release()
    {
        var isSteppingDown = Elector.Current is null && Notes.ToldToken is not null;
        if (IsReleasing || isSteppingDown)
            return;
        _world.Trace.Note(Happening.ReleaseAsked, Number);
        Notes.ReleaseAsked = (Elector.Current, Moment.Now(Clock), _world.Agenda.Now);
        _releasing = ReleaseAsync();
    }

    public void Crash()
    {
        _world.Trace.Note(Happening.Crashed, Number);
        IsCrashed = true;
        _inbox.Clear();
        _client.Vanish();
    }

    /// <summary>Stops it, whatever became of it, when nobody looks any more.</summary>
    public void LayToRest()
    {
        IsCrashed = false;
        if (_machine.IsSuspended)
            _machine.Resume();
        _machine.ThawAfterSuspension();
        HurryWork();
        if (Stopping is null)
            Stop(patience: null);
    }

    /// <summary>Work that ignores that it should stop ignores it no longer.</summary>
    public void HurryWork() => _hurry();

    /// <summary>Something arrives at the process, which takes it when it runs.</summary>
    public void Deliver(Action take)
    {
        if (IsCrashed)
            return;
        if (_machine.IsRunning)
        {
            take();
            return;
        }

        _world.Trace.Note(Happening.AnsweredToTheFrozen, Number);
        if (!_machine.IsSuspended || _world.Random.Next(2) == 0)
            _inbox.Add(take);
    }

    /// <summary>The machine runs again: what arrived meanwhile is taken before overdue timers or after them.</summary>
    public void OpenInbox()
    {
        Action[] inbox = [.. _inbox];
        _inbox.Clear();
        foreach (var take in inbox)
        {
            if (_world.Random.Next(2) == 0)
                Deliver(take);
            else
                _world.Agenda.Add(_world.Random.NextDouble() * TimeSpan.FromMilliseconds(2), () => Deliver(take));
        }
    }

    private LogCollector Log { get; } = new() { MinimumLevel = LogLevel.Error };

    // The first exception that the loop survived and that is not the store's: nobody would see it otherwise.
    private LogEntry? LoopFailure =>
        Log.Find(entry => entry is { Name: "LoopFailed", Exception: not (null or IOException) });

    private void Start()
    {
        _world.Trace.Note(Happening.Started, Number);
        _ = Elector.StartAsync();
        _working = WorkForeverAsync();
    }

    private async Task ReleaseAsync()
    {
        await Elector.ReleaseAsync();
        Clock.NoteThread();
    }

    private async Task StopAsync(TimeSpan? patience)
    {
        using var impatient = new CancellationTokenSource(patience ?? Timeout.InfiniteTimeSpan, Clock);
        await Elector.StopAsync(impatient.Token);
        Clock.NoteThread();
        _world.Trace.Note(Happening.Stopped, Number);
    }

    private async Task WorkForeverAsync()
    {
        while (Stopping is null)
        {
            var rest = TimeSpan.FromSeconds(1);
            try
            {
                Notes.IsWorkerAway = false;
                await Elector.RunAsLeaderAsync(WorkAsync, CancellationToken.None);
                Clock.NoteThread();
            }
            catch (InvalidDataException)
            {
                Notes.IsWorkerAway = true;
                if (_world.Random.Next(2) == 0)
                    rest = 2 * _world.Conditions.LeaseDuration;
            }

            if (Stopping is null)
                await SleepAsync(rest, CancellationToken.None);
        }
    }

    private async Task WorkAsync(Leadership term, CancellationToken cancellationToken)
    {
        var habit = WorkHabit.Draw(_world);
        _world.Trace.Note(Happening.WorkBegan, Number, term.FencingToken);
        _world.Referee.NoteWorkBegan(this, term, habit.IsStubborn, cancellationToken);
        await using var registration = term.Lost.Register(() =>
        {
            if (habit.Throws && !_world.IsCalm)
                throw new InvalidDataException("A callback of the user's.");
        });
        try
        {
            for (var step = 0; step < habit.Steps; step++)
            {
                if (term.IsHeld)
                    _client.WriteFenced(term.FencingToken);
                await SleepAsync(habit.Pause, cancellationToken);
            }

            if (habit.Throws && !_world.IsCalm)
            {
                if (term.IsHeld)
                    Notes.WorkFailed = (Moment.Now(Clock), _world.Agenda.Now);
                throw new InvalidDataException("The work's own.");
            }
        }
        catch (OperationCanceledException)
        {
            _world.Trace.Note(Happening.WorkToldToStop, Number, term.FencingToken);
            var isStepDown = term.EndReason is LeadershipChangeReason.Stopped or LeadershipChangeReason.Released;
            await WindUpAsync(isStepDown ? habit.DrainsFor : habit.StopsAfter);
            if (habit.Throws)
                throw new InvalidDataException("The work's own, at its end.");
        }
        finally
        {
            _world.Trace.Note(Happening.WorkEnded, Number, term.FencingToken);
            Notes.Work = null;
        }
    }

    private async Task WindUpAsync(TimeSpan time)
    {
        if (time < TimeSpan.FromMilliseconds(1) || _world.IsCalm)
            return;
        using var timer = new PeriodicTimer(time, Clock);
        _hurry = timer.Dispose;
        await timer.WaitForNextTickAsync();
    }

    private async Task SleepAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(time, Clock);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    private void OnChanged(object? sender, LeadershipChangedEventArgs change)
    {
        _world.Referee.NoteChange(this, change);
        if (!_world.IsCalm && _world.Random.Next(50) == 0)
            throw new InvalidDataException("A handler of the user's.");
    }

    /// <summary>How one run of the work behaves.</summary>
    /// <param name="Steps">After how many it is done.</param>
    /// <param name="Pause">Between two steps.</param>
    /// <param name="StopsAfter">How long it goes on after a loss.</param>
    /// <param name="DrainsFor">How long it goes on after a step-down.</param>
    /// <param name="IsStubborn">Whether it goes on after a loss for longer than is good.</param>
    /// <param name="Throws">Whether all that can throw does.</param>
    private sealed record WorkHabit(
        int Steps, TimeSpan Pause, TimeSpan StopsAfter, TimeSpan DrainsFor, bool IsStubborn, bool Throws)
    {
        public static WorkHabit Draw(World world)
        {
            var random = world.Random;
            var lease = world.Conditions.LeaseDuration;
            var isStubborn = !world.IsCalm && random.Next(10) == 0;

            // Drifting clocks leave a fourth of the margin between the end of trust and the next leader.
            var unhurried = random.Next(2) * 0.15 * random.NextDouble() * world.Conditions.SafetyMargin;
            return new WorkHabit(
                Steps: random.Next(3) == 0 ? random.Next(20) : int.MaxValue,
                Pause: TimeSpan.FromMilliseconds(1) + (0.05 + random.NextDouble()) * 0.4 * lease,
                StopsAfter: isStubborn ? random.NextDouble() * 3 * lease : unhurried,
                DrainsFor: world.IsCalm ? TimeSpan.Zero : random.Next(3) * 0.45 * world.Conditions.DrainTimeout,
                isStubborn,
                Throws: !world.IsCalm && random.Next(8) == 0);
        }
    }
}
