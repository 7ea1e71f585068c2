namespace LeaderElection.Tests.Simulation;

/// <summary>What must hold when faults have stopped for a while, and when everything was asked to stop.</summary>
internal sealed class CalmReferee(World world, Referee referee)
{
    private SimulatedInstance? _leader;

    /// <summary>After every step.</summary>
    public void Look()
    {
        if (_leader is not null && referee.Leader != _leader)
            Break(Promise.LeaderComesBack, _leader, "did not stay leader in calm weather");
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
                Break(Promise.LeaderIsKnown, instance, $"believes that {believed?.ToString() ?? "nobody"} leads");
        }

        _leader = null;
    }

    public void ExpectStopsDone()
    {
        foreach (var instance in world.Instances.Where(instance => !instance.IsCrashed))
        {
            var asked = TimeSpan.FromTicks(world.Agenda.Now - instance.StopAskedAt);
            if (instance.Stopping is { IsCompleted: false } && asked > world.Conditions.LongestStop)
                Break(Promise.StopEnds, instance, $"was asked to stop {asked} ago");
            if (instance.IsReleasing && instance.Stopping is null)
                Break(Promise.StopEnds, instance, "was asked to step down and has not");
        }
    }

    /// <summary>When all stops were asked for a while ago.</summary>
    public void ExpectNothingLeft()
    {
        var stopped = world.Instances.Where(instance => instance is { IsCrashed: false, Stopping: not null });
        foreach (var instance in stopped)
        {
            if (!instance.IsStopped)
                Break(Promise.StopEnds, instance, "has not stopped");
            if (instance.Clock.ActiveTimers > 0)
                Break(Promise.NothingIsLeft, instance, $"has left {instance.Clock.ActiveTimers} timers");
            if (instance.HasWork)
                Break(Promise.NothingIsLeft, instance, "has left its work waiting");
            if (instance.Client.Subscriptions > 0)
                Break(Promise.NothingIsLeft, instance, "has left a subscription");
            if (instance.Notes.ToldToken is { } token)
                Break(Promise.EventsAreTrue, instance, $"was never told of the end of {token}");
        }
    }

    private void Break(Promise promise, SimulatedInstance who, string how) =>
        referee.Break(promise, $"{Referee.Name(who)} {how}");
}
