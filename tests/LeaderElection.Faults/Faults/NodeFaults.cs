namespace LeaderElection.Faults;

/// <summary>A clean end, as at a deploy.</summary>
internal sealed class StopFault() : Fault("stop", "stops a node cleanly and starts another", "50 ms")
{
    public override FaultDraw Draw(Dice dice) => dice.On(TargetRole.Leader, dice.Leases(0, 0.5));

    // Given away in a statement, announced in the same one.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, ElectionTimes.Takeover);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) =>
        scene.Target.StopAsync(cancellationToken);

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken) =>
        scene.Target.StartAsync(keepInstanceId: false, cancellationToken);
}

internal sealed class ReleaseFault() : Fault("release", "has the leader step down and stay in the race", "50 ms")
{
    public override FaultDraw Draw(Dice dice) => dice.On(TargetRole.Leader, TimeSpan.Zero);

    // As for a stop.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, ElectionTimes.Takeover);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) => scene.Target.ReleaseAsync();
}

internal sealed class KillFault() : Fault(
    "kill", "kill -9 of a node; another comes in its place, of a new or the same instance id",
    "end of the lease as the row has it + 50 ms")
{
    public override FaultDraw Draw(Dice dice)
    {
        var keepsId = dice.Coin();
        var detail = keepsId ? "comes back with its id" : "comes back with a new id";
        return dice.On(dice.LeaderMostly(), dice.Leases(0, 1.2), detail, keepsId);
    }

    // docs/guarantees.md, 3. A fenced transaction of the dead ends with its connection.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.EndOfRow, ElectionTimes.Takeover);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) => scene.Target.KillAsync();

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken) =>
        scene.Target.StartAsync(scene.Draw.Variant, cancellationToken);
}

/// <summary>SIGSTOP and SIGCONT.</summary>
internal sealed class FreezeFault(string name, string howLong, Func<Dice, TimeSpan> drawHold) : Fault(
    name, $"SIGSTOP of a node, SIGCONT after {howLong} than a lease",
    "end of the lease as the row has it + grace of a fenced transaction + 50 ms")
{
    public override FaultDraw Draw(Dice dice) => dice.On(dice.LeaderMostly(), drawHold(dice));

    // The frozen one may have stood in the middle of a fenced transaction. One that is thawed in time goes on.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.EndOfRow, times.TakeoverBesideFence);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Freeze();
        return Task.CompletedTask;
    }

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Thaw();
        return Task.CompletedTask;
    }
}

internal sealed class RestartNodesFault() : Fault(
    "restart-nodes", "ends all nodes at once, with kill -9 or cleanly, and starts them all at once",
    "end of the lease as the row has it, or all nodes up again, + their cold start + 50 ms")
{
    // A process that has just started compiles what it runs for the first time; several do so at once, and their first
    // attempts run into their time limits. Not noise, so it is not part of the allowance.
    private static readonly TimeSpan ColdStart = TimeSpan.FromSeconds(2.5);

    public override FaultDraw Draw(Dice dice)
    {
        var isClean = dice.Coin();
        return dice.On(
            TargetRole.Everything, dice.Leases(0, 0.5), isClean ? "stopped cleanly" : "killed with kill -9", isClean);
    }

    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.HealingOrEndOfRow, ColdStart + times.Retry + ElectionTimes.Takeover);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) => Task.WhenAll(
        scene.Lanes.Select(lane => scene.Draw.Variant ? lane.StopAsync(cancellationToken) : lane.KillAsync()));

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken) => Task.WhenAll(
        scene.Lanes.Select(lane => lane.StartAsync(keepInstanceId: false, cancellationToken)));
}
