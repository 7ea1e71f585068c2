namespace LeaderElection.Tests.Simulation;

/// <summary>
/// What goes wrong in a world, and when it ends: drawn from the seed, one thing after the other or at once.
/// </summary>
internal sealed class Weather
{
    private readonly World _world;
    private readonly Season _season;
    private readonly MachineWeather _machines;
    private readonly (int Weight, Action Strike)[] _faults;
    private readonly int _weights;


    public Weather(World world)
    {
        _world = world;
        _season = new Season(world);
        _machines = new MachineWeather(world, _season);
        _faults =
        [
            (10, _machines.Freeze),
            (3, _machines.SuspendOrSetWallClock),
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
        _season.Turn();
        StrikeLater();
    }

    /// <summary>All that was wrong is mended, and somebody contends.</summary>
    public void Clear()
    {
        _season.Turn();
        _world.Server.Heal();
        foreach (var place in _world.Places)
        {
            place.Link.Heal();
            _machines.Awaken(place);
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

    private void StrikeLater()
    {
        // Never less than a little, and a long tail.
        var pause = TimeSpan.FromMilliseconds(50) - Math.Log(1 - Random.NextDouble()) * Conditions.MeanPeace;
        _season.Later(pause, () =>
        {
            Strike();
            StrikeLater();
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

    private void BreakNetwork()
    {
        var place = _season.Target();
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

        _season.Later(_season.While(), () => MendNetwork(place));
    }

    // Or it breaks for good first, as networks do that were slow.
    private void MendNetwork(Place place)
    {
        if (place.Link is { Refuses: false, SwallowsRequests: false } && Random.Next(2) == 0)
        {
            place.Link.SwallowsRequests = place.Link.SwallowsAnswers = true;
            _season.Later(_season.While(), () => MendNetwork(place));
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

    private void HealServerLater() => _season.Later(_season.While(), () =>
    {
        _world.Server.Heal();
        foreach (var place in _world.Places)
            place.NoteTrouble();
    });

    private void BreakListening()
    {
        if (_season.AnyPlace().Instance is not { IsCrashed: false, Client.IsListening: true } instance)
            return;
        instance.Deliver(() => SetListening(instance, false));
        _season.Later(2 * _season.While(), () => instance.Deliver(() => SetListening(instance, true)));
    }

    private void SetListening(SimulatedInstance instance, bool isListening)
    {
        _world.Trace.Note(isListening ? Happening.ListenHealed : Happening.ListenBroken, instance.Number);
        instance.Client.SetListening(isListening);
    }

    private void SendStrayHint() => _season.AnyPlace().Instance?.Client.SendHint();

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
        var place = _season.Target();
        if (place.Instance is not { IsCrashed: false } instance)
            return;
        instance.Crash();
        _season.Later(_season.While(), place.StartAnew);
    }

    private void Stop()
    {
        var place = _season.Target();
        if (!place.Machine.IsRunning || place.Instance is not { IsContending: true } instance)
            return;
        instance.Stop(Random.Next(3) == 0 ? Random.NextDouble() * Lease : null);
        _season.Later(Lease + _season.While(), place.StartAnew);
    }

    private void Release()
    {
        var place = _season.Target();
        if (place.Machine.IsRunning && place.Instance is { IsContending: true } instance)
            instance.Release();
    }
}
