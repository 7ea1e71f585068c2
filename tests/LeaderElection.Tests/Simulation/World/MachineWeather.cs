namespace LeaderElection.Tests.Simulation;

/// <summary>What happens to machines and processes: they freeze, are suspended, have their wall clock set.</summary>
internal sealed class MachineWeather(World world, Season season)
{
    private TimeSpan Lease => world.Conditions.LeaseDuration;

    public void Freeze()
    {
        var place = season.Target();
        if (world.Random.Next(2) == 0)
            Freeze(place);
        else
            place.AfterNextRequest = () => Freeze(place);
    }

    public void SuspendOrSetWallClock()
    {
        var place = season.Target();
        if (!place.Machine.IsRunning)
            return;
        if (world.Conditions.SetsWallClocks)
        {
            var by = (world.Random.NextDouble() - 0.5) * 4 * Lease;
            SetWallClock(place, by);
            if (world.Random.Next(2) == 0)
                season.Later(world.Random.NextDouble() * world.Conditions.SafetyMargin, () => SetWallClock(place, -by));
            return;
        }

        // Suspending and resuming takes a little monotonic time in which nothing runs.
        var edge = TimeSpan.FromMilliseconds(1);
        world.Trace.Note(Happening.Suspended, place.Machine.Number);
        place.Machine.Freeze();
        season.Later(edge, place.Machine.Suspend);
        season.Later(edge + season.While() + edge, () => Awaken(place));
    }

    /// <summary>It runs again, whatever it was kept from running by.</summary>
    public void Awaken(Place place)
    {
        var machine = place.Machine;
        place.NoteTrouble();
        if (machine.IsSuspended)
        {
            // In two steps, and the second one comes even when the season changes.
            machine.Resume();
            world.Agenda.Add(TimeSpan.FromMilliseconds(1), () =>
            {
                world.Trace.Note(Happening.Resumed, machine.Number);
                machine.ThawAfterSuspension();
                OpenInboxes(machine);
            });
        }
        else if (!machine.IsRunning)
        {
            world.Trace.Note(Happening.Thawed, machine.Number);
            machine.Thaw();
            OpenInboxes(machine);
        }
    }

    private void Freeze(Place place)
    {
        if (!place.Machine.IsRunning || world.IsCalm)
            return;
        world.Trace.Note(Happening.Frozen, place.Machine.Number);
        place.NoteTrouble();
        place.Machine.Freeze();
        var pause = world.Random.Next(4) == 0 ? 0.05 * world.Random.NextDouble() * Lease : season.While();
        season.Later(pause, () => Awaken(place));
    }

    private void SetWallClock(Place place, TimeSpan by)
    {
        world.Trace.Note(Happening.WallClockSet, place.Machine.Number, by.Ticks);
        place.NoteTrouble();
        place.Machine.SetWall(by);
    }

    private void OpenInboxes(Machine machine)
    {
        foreach (var instance in world.Instances.Where(instance => instance.Machine == machine).ToList())
            instance.OpenInbox();
    }
}
