namespace LeaderElection.Tests.Simulation;

/// <summary>What goes wrong in a world, and when it ends: drawn from the seed, one thing after the other or at
/// once.</summary>
internal sealed class Weather
{
    private readonly World _world;
    private readonly (int Weight, Action Strike)[] _faults;
    private readonly int _weights;

    // Faults of an earlier season are over.
    private int _season;

    public Weather(World world)
    {
        _world = world;
        _faults =
        [
            (10, Freeze),
            (3, SuspendOrSetWallClock),
            (8, BreakNetwork),
            (3, TakeStoreDown),
            (3, StallStore),
            (2, BreakListening),
            (2, SendStrayHint),
            (world.Conditions.ClockJumpTolerance > TimeSpan.Zero ? 10 : 0, JumpStoreClock),
            (5, Crash),
            (5, Stop),
            (5, Release),
        ];
        _weights = _faults.Sum(fault => fault.Weight);
    }

    private Random Random => _world.Random;

    private Conditions Conditions => _world.Conditions;

    private TimeSpan Lease => Conditions.LeaseDuration;

    public void Worsen()
    {
        _season++;
        StrikeLater(_season);
    }

    /// <summary>All that was wrong is mended, and somebody contends.</summary>
    public void Clear()
    {
        _season++;
        _world.Server.Heal();
        foreach (var place in _world.Places)
        {
            place.Link.Heal();
            Awaken(place);
        }

        foreach (var instance in _world.Instances.Where(instance => !instance.IsCrashed).ToList())
        {
            instance.HurryWork();
            if (!instance.Client.IsListening)
                SetListening(instance, true);
        }

        var first = _world.Places[Random.Next(_world.Places.Count)];
        foreach (var place in _world.Places.Where(place => place.Instance is not { IsContending: true }))
        {
            if (place == first || Random.Next(2) == 0)
                place.StartAnew();
        }
    }

    private void StrikeLater(int season)
    {
        // Never less than a little, and a long tail.
        var pause = TimeSpan.FromMilliseconds(50) - Math.Log(1 - Random.NextDouble()) * Conditions.MeanPeace;
        _world.Agenda.Add(pause, () =>
        {
            if (season != _season)
                return;
            Strike();
            StrikeLater(season);
        });
    }

    private void Strike()
    {
        var drawn = Random.Next(_weights);
        foreach (var (weight, strike) in _faults)
        {
            drawn -= weight;
            if (drawn >= 0)
                continue;
            strike();
            return;
        }
    }

    private void Later(TimeSpan time, Action action)
    {
        var season = _season;
        _world.Agenda.Add(time, () =>
        {
            if (season == _season)
                action();
        });
    }

    // Mostly well within a lease, sometimes well past it.
    private TimeSpan While() => (Random.Next(3) == 0 ? 3 : 0.6) * Random.NextDouble() * Lease;

    private Place AnyPlace() => _world.Places[Random.Next(_world.Places.Count)];

    // Mostly the one that leads.
    private Place Target() =>
        _world.Referee.Leader is { } leader && Random.Next(3) > 0 ? _world.Places[leader.Number] : AnyPlace();

    private void Freeze()
    {
        var place = Target();
        if (Random.Next(2) == 0)
            Freeze(place);
        else
            place.AfterNextRequest = () => Freeze(place);
    }

    private void Freeze(Place place)
    {
        if (!place.Machine.IsRunning || _world.IsCalm)
            return;
        _world.Trace.Note(Happening.Frozen, place.Machine.Number);
        place.NoteTrouble();
        place.Machine.Freeze();
        Later(Random.Next(4) == 0 ? 0.05 * Random.NextDouble() * Lease : While(), () => Awaken(place));
    }

    private void SuspendOrSetWallClock()
    {
        var place = Target();
        if (!place.Machine.IsRunning)
            return;
        if (Conditions.SetsWallClocks)
        {
            var by = (Random.NextDouble() - 0.5) * 4 * Lease;
            SetWallClock(place, by);
            if (Random.Next(2) == 0)
                Later(Random.NextDouble() * Conditions.SafetyMargin, () => SetWallClock(place, -by));
            return;
        }

        // Suspending and resuming takes a little monotonic time in which nothing runs.
        var edge = TimeSpan.FromMilliseconds(1);
        _world.Trace.Note(Happening.Suspended, place.Machine.Number);
        place.Machine.Freeze();
        Later(edge, place.Machine.Suspend);
        Later(edge + While() + edge, () => Awaken(place));
    }

    private void SetWallClock(Place place, TimeSpan by)
    {
        _world.Trace.Note(Happening.WallClockSet, place.Machine.Number, by.Ticks);
        place.NoteTrouble();
        place.Machine.SetWall(by);
    }

    private void Awaken(Place place)
    {
        var machine = place.Machine;
        place.NoteTrouble();
        if (machine.IsSuspended)
        {
            // In two steps, and the second one comes even when the season changes.
            machine.Resume();
            _world.Agenda.Add(TimeSpan.FromMilliseconds(1), () =>
            {
                _world.Trace.Note(Happening.Resumed, machine.Number);
                machine.ThawAfterSuspension();
                OpenInboxes(machine);
            });
        }
        else if (!machine.IsRunning)
        {
            _world.Trace.Note(Happening.Thawed, machine.Number);
            machine.Thaw();
            OpenInboxes(machine);
        }
    }

    private void OpenInboxes(Machine machine)
    {
        foreach (var instance in _world.Instances.Where(instance => instance.Machine == machine).ToList())
            instance.OpenInbox();
    }

    private void BreakNetwork()
    {
        var place = Target();
        if (place.Link.IsBroken)
            return;
        _world.Trace.Note(Happening.NetworkBroken, place.Machine.Number);
        place.NoteTrouble();
        switch (Random.Next(6))
        {
            case 0:
                place.Link.SwallowsRequests = true;
                break;
            case 1:
                place.Link.SwallowsAnswers = true;
                break;
            case 2:
                place.Link.SwallowsRequests = place.Link.SwallowsAnswers = true;
                break;
            case 3:
                place.Link.Refuses = true;
                break;
            case 4:
                place.Link.DelayOfAnswers = Random.NextDouble() * Conditions.Options("").StoreTimeout;
                break;
            default:
                place.Link.Delay = 0.3 * Random.NextDouble() * Lease;
                break;
        }

        Later(While(), () => MendNetwork(place));
    }

    // Or it breaks for good first, as networks do that were slow.
    private void MendNetwork(Place place)
    {
        if (place.Link is { Refuses: false, SwallowsRequests: false } && Random.Next(2) == 0)
        {
            place.Link.SwallowsRequests = place.Link.SwallowsAnswers = true;
            Later(While(), () => MendNetwork(place));
            return;
        }

        _world.Trace.Note(Happening.NetworkHealed, place.Machine.Number);
        place.Link.Heal();
        place.NoteTrouble();
    }

    private void TakeStoreDown()
    {
        if (_world.Server.IsBroken)
            return;
        _world.Server.GoDown();
        HealServerLater();
    }

    private void StallStore()
    {
        if (_world.Server.IsBroken)
            return;
        _world.Server.Stall();
        HealServerLater();
    }

    private void HealServerLater() => Later(While(), () =>
    {
        _world.Server.Heal();
        foreach (var place in _world.Places)
            place.NoteTrouble();
    });

    private void BreakListening()
    {
        if (AnyPlace().Instance is not { IsCrashed: false, Client.IsListening: true } instance)
            return;
        instance.Deliver(() => SetListening(instance, false));
        Later(2 * While(), () => instance.Deliver(() => SetListening(instance, true)));
    }

    private void SetListening(SimulatedInstance instance, bool isListening)
    {
        _world.Trace.Note(isListening ? Happening.ListenHealed : Happening.ListenBroken, instance.Number);
        instance.Client.SetListening(isListening);
    }

    private void SendStrayHint() => AnyPlace().Instance?.Client.SendHint();

    private void JumpStoreClock()
    {
        if (!_world.MayJump)
            return;
        var by = (2 * Random.NextDouble() - 1) * Conditions.ClockJumpTolerance;
        _world.Trace.Note(Happening.StoreClockJumped, -1, by.Ticks);
        _world.Server.Time.Jump(by);
        _world.NoteJump();
        foreach (var place in _world.Places)
        {
            place.NoteTrouble();

            // What is looked at just now is judged by the wrong time.
            if (Random.Next(2) == 0)
                place.Instance?.Client.SendHint();
        }

        if (Random.Next(3) == 0)
            BreakNetwork();
    }

    private void Crash()
    {
        var place = Target();
        if (place.Instance is not { IsCrashed: false } instance)
            return;
        instance.Crash();
        Later(While(), place.StartAnew);
    }

    private void Stop()
    {
        var place = Target();
        if (!place.Machine.IsRunning || place.Instance is not { IsContending: true } instance)
            return;
        instance.Stop(Random.Next(3) == 0 ? Random.NextDouble() * Lease : null);
        Later(Lease + While(), place.StartAnew);
    }

    private void Release()
    {
        var place = Target();
        if (place.Machine.IsRunning && place.Instance is { IsContending: true } instance)
            instance.Release();
    }
}
