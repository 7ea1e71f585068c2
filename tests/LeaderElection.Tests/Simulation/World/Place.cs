namespace LeaderElection.Tests.Simulation;

/// <summary>A machine, its way to the store, and the instance that runs there, one after the other.</summary>
internal sealed class Place(World world, int number, long drift)
{
    public Machine Machine { get; } = new(world.Agenda, number, drift);

    public Link Link { get; } = new(world.Agenda, world.Random, world.Trace, world.Conditions, number);

    public SimulatedInstance? Instance { get; private set; }

    /// <summary>When something began or ceased to be wrong here or at the store.</summary>
    public long LastTrouble { get; private set; } = long.MinValue / 2;

    /// <summary>What becomes of the machine just after its instance has asked the store for something; null for
    /// nothing.</summary>
    public Action? AfterNextRequest { get; set; }

    public void NoteRequest()
    {
        var after = AfterNextRequest;
        AfterNextRequest = null;
        after?.Invoke();
    }

    public void NoteTrouble() => LastTrouble = world.Agenda.Now;

    /// <summary>Whether nothing was in the way of a renewal for so long.</summary>
    public bool WasWellFor(TimeSpan time) =>
        !Link.IsBroken && Machine.IsRunning && !world.Server.IsBroken && world.Conditions.Clumsiness == 0
        && world.Agenda.Now - LastTrouble > time.Ticks;

    /// <summary>Unless one runs there that has not been asked to stop.</summary>
    public void StartAnew()
    {
        if (Instance is { IsContending: true })
            return;
        if (Instance is { IsCrashed: true } crashed)
            world.Bury(crashed);
        Instance = new SimulatedInstance(world, this);
        world.Instances.Add(Instance);
        Instance.Launch();
    }
}
