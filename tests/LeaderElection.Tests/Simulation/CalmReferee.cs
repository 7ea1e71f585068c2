namespace LeaderElection.Tests.Simulation;

/// <summary>What must hold when faults have stopped for a while, and when everything was asked to stop.</summary>
internal sealed class CalmReferee(World world, Referee referee)
{
    private SimulatedInstance? _leader;

    /// <summary>After every step.</summary>
    public void Look()
    {
        if (_leader is not null && referee.Leader != _leader)
            referee.Break(Promise.LeaderComesBack, $"{Referee.Name(_leader)} did not stay leader in calm weather");
    }

    /// <summary>Faults stopped so long ago that somebody must lead.</summary>
    public void ExpectLeader()
    {
        var isExpected = world.Instances.Any(instance => instance.IsContending
            && world.Agenda.Now - instance.Notes.StoodAsideAt > world.Conditions.LongestRecovery.Ticks);
        if (referee.Leader is null && isExpected)
            referee.Break(Promise.LeaderComesBack, "nobody leads although all is well");
        _leader = referee.Leader;
    }

    /// <summary>At the end of a calm time.</summary>
    public void ExpectLeaderKnown()
    {
        if (_leader is null)
            return;
        foreach (var instance in world.Instances.Where(instance => instance.IsContending))
        {
            var believed = instance.Elector.Leader;
            if (believed?.FencingToken != _leader?.Notes.Term?.FencingToken)
                referee.Break(Promise.LeaderIsKnown, $"{Referee.Name(instance)} believes that {believed?.ToString() ?? "nobody"} leads");
        }

        _leader = null;
    }

    public void ExpectStopsDone()
    {
        foreach (var instance in world.Instances.Where(instance => !instance.IsCrashed))
        {
            var asked = TimeSpan.FromTicks(world.Agenda.Now - instance.StopAskedAt);
            if (instance.Stopping is { IsCompleted: false } && asked > world.Conditions.LongestStop)
                referee.Break(Promise.StopEnds, $"{Referee.Name(instance)} was asked to stop {asked} ago");
            if (instance.IsReleasing && instance.Stopping is null)
                referee.Break(Promise.StopEnds, $"{Referee.Name(instance)} was asked to step down and has not");
        }
    }

    /// <summary>When all stops were asked for a while ago.</summary>
    public void ExpectNothingLeft()
    {
        foreach (var instance in world.Instances.Where(instance => instance is { IsCrashed: false, Stopping: not null }))
        {
            if (!instance.IsStopped)
                referee.Break(Promise.StopEnds, $"{Referee.Name(instance)} has not stopped");
            if (instance.Clock.ActiveTimers > 0)
                referee.Break(Promise.NothingIsLeft, $"{Referee.Name(instance)} has left {instance.Clock.ActiveTimers} timers");
            if (instance.HasWork)
                referee.Break(Promise.NothingIsLeft, $"{Referee.Name(instance)} has left its work waiting");
            if (instance.Client.Subscriptions > 0)
                referee.Break(Promise.NothingIsLeft, $"{Referee.Name(instance)} has left a subscription");
            if (instance.Notes.ToldToken is { } token)
                referee.Break(Promise.EventsAreTrue, $"{Referee.Name(instance)} was never told of the end of {token}");
        }
    }
}
