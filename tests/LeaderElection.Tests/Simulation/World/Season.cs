namespace LeaderElection.Tests.Simulation;

/// <summary>The time in which a world's faults strike and end; whom they strike and for how long.</summary>
internal sealed class Season(World world)
{
    private int _number;

    /// <summary>Faults of the season before are over.</summary>
    public void Turn() => _number++;

    /// <summary>Unless the season has turned by then.</summary>
    public void Later(TimeSpan time, Action action)
    {
        var season = _number;
        world.Agenda.Add(time, () =>
        {
            if (season == _number)
                action();
        });
    }

    /// <summary>Mostly well within a lease, sometimes well past it.</summary>
    public TimeSpan While() =>
        (world.Random.Next(3) == 0 ? 3 : 0.6) * world.Random.NextDouble() * world.Conditions.LeaseDuration;

    public Place AnyPlace() => world.Places[world.Random.Next(world.Places.Count)];

    /// <summary>Mostly the one that leads.</summary>
    public Place Target() =>
        world.Referee.Leader is { } leader && world.Random.Next(3) > 0 ? world.Places[leader.Number] : AnyPlace();
}
