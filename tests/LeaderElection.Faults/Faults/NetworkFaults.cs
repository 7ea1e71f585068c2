using System.Globalization;
using LeaderElection.Lab;

namespace LeaderElection.Faults;

internal sealed class SwallowFault(string name, string what, RelayDirections directions) : Fault(
    name, $"the network swallows {what} of a node, for less or more than a lease, and then delivers it late",
    "a lease + safety margin + one attempt + grace of a fenced transaction + 50 ms")
{
    public override FaultDraw Draw(Dice dice) =>
        dice.On(dice.LeaderMostly(), dice.Coin() ? dice.Leases(0.3, 0.9) : dice.MoreThanALease());

    // What is delivered late, while the row was alive, counts like what was answered late.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, times.WithoutAnswers);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.Swallow(directions);
        return Task.CompletedTask;
    }

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.Pass();
        return Task.CompletedTask;
    }
}

internal sealed class HalfOpenFault() : Fault(
    "half-open", "the connections that a node has hang for more than a lease, then they are reset; new ones pass",
    "a lease + safety margin + one attempt + grace of a fenced transaction + 50 ms")
{
    public override FaultDraw Draw(Dice dice) => dice.On(dice.LeaderMostly(), dice.MoreThanALease());

    // Nothing swallowed is ever delivered; but an attempt over a new connection can be given up and land.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, times.WithoutAnswers);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.SwallowExisting();
        return Task.CompletedTask;
    }

    // Else a LISTEN that hangs would go unnoticed until the next echo, rounds later, and count against another fault.
    public override Task HealAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.Reset();
        return Task.CompletedTask;
    }
}

internal sealed class DelayFault() : Fault(
    "delay", "everything takes up to half a lease longer each way, for one node",
    "a lease + twice the delay + safety margin + one attempt + grace of a fenced transaction + 50 ms")
{
    public override FaultDraw Draw(Dice dice)
    {
        var target = dice.LeaderMostly();
        var delay = dice.Leases(0.01, 0.5);
        var hold = dice.Leases(0.8, 1.6);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{delay.TotalMilliseconds:0} ms each way");
        return dice.On(target, hold, detail) with { Delay = delay };
    }

    // As for packets that are swallowed and delivered late.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, times.WithoutAnswers + 2 * draw.Delay);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.Delay(scene.Draw.Delay);
        return Task.CompletedTask;
    }

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.Pass();
        return Task.CompletedTask;
    }
}

internal sealed class ResetFault() : Fault(
    "reset", "the connections of a node are reset; a leader should go on",
    "a lease + safety margin + one attempt + grace of a fenced transaction + 50 ms")
{
    public override bool LeaderGoesOn => true;

    public override FaultDraw Draw(Dice dice) => dice.On(dice.LeaderMostly(), dice.UntilRenewals());

    // A failed attempt ends nothing. Where every retry fails, too, it is as if nobody had answered.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, times.WithoutAnswers);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Target.Relay.Reset();
        return Task.CompletedTask;
    }
}
