using LeaderElection.Postgres;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Faults;

/// <summary>A time in which the database serves nobody, and after which it does.</summary>
internal abstract class OutageFault(string name, string description) : Fault(
    name, description, "end of the lease as the row has it, or Postgres serves again, + a retry + 50 ms")
{
    // A leader that comes back in time goes on. Else whoever asks first: after the pause between two failed attempts.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.HealingOrEndOfRow, times.Retry + ElectionTimes.Takeover);
}

internal sealed class RestartServerFault(string name, string description, Func<PostgresServer, Task> end)
    : OutageFault(name, description)
{
    public override FaultDraw Draw(Dice dice) => dice.On(TargetRole.Everything, dice.Leases(0, 1.2));

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) => end(scene.Server);

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken) => scene.Server.StartAgainAsync();
}

internal sealed class LockTableFault(string name, string howLong, Func<Dice, TimeSpan> drawHold)
    : OutageFault(name, $"LOCK TABLE of the lease table in ACCESS EXCLUSIVE mode, for {howLong} than a lease")
{
    public override FaultDraw Draw(Dice dice) => dice.On(TargetRole.Everything, drawHold(dice));

    public override async Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        var holder = await scene.Control.OpenAsync(cancellationToken);
        scene.Hold(holder);
        await using var command = new NpgsqlCommand(
            $"BEGIN; LOCK TABLE {scene.Control.LeaseTable} IN ACCESS EXCLUSIVE MODE", holder);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>What a full disk looks like from outside: everything answers, nothing can be written.</summary>
internal sealed class ReadOnlyFault() : OutageFault("read-only", "the server refuses all writes, as on a full disk")
{
    public override FaultDraw Draw(Dice dice) =>
        dice.On(TargetRole.Everything, dice.Coin() ? dice.LessThanALease() : dice.MoreThanALease());

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) =>
        SetAsync(scene, "on", cancellationToken);

    public override Task HealAsync(Scene scene, CancellationToken cancellationToken) =>
        SetAsync(scene, "off", cancellationToken);

    private static async Task SetAsync(Scene scene, string value, CancellationToken cancellationToken)
    {
        await scene.Control.ExecuteAsync(
            $"ALTER SYSTEM SET default_transaction_read_only = {value}", cancellationToken);
        await scene.Control.ExecuteAsync("SELECT pg_reload_conf()", cancellationToken);
    }
}

internal sealed class DropTableFault() : Fault(
    "drop-table", "the lease table is dropped, at times with that of the timelines, and created again",
    "a lease, two where the nodes create it again, + two retries + 50 ms")
{
    public override FaultDraw Draw(Dice dice)
    {
        var byHand = dice.Coin();
        var withTimelines = dice.Coin();
        var detail = (withTimelines ? "with its timelines, " : "")
            + (byHand ? "created again by hand" : "created again by the nodes");
        return dice.On(TargetRole.Everything, TimeSpan.Zero, detail, byHand) with { Index = withTimelines ? 1 : 0 };
    }

    // From a new table nobody gets a lease before one has passed, because the dropped one may have granted one. The
    // node that has to notice and create it may be asleep until the end of the lease that it saw.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) => new(
        BoundFrom.Injection, (draw.Variant ? 1 : 2) * times.Lease + 2 * times.Retry + ElectionTimes.Takeover);

    public override async Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        var schema = scene.Control.Schema;
        var timelines = scene.Draw.Index == 1 ? $"DROP TABLE {schema}.leader_lease_timeline;" : "";
        var again = scene.Draw.Variant ? PostgresLeaseSchema.CreateScript(schema) : "";
        await scene.Control.ExecuteAsync(
            $"DROP TABLE {scene.Control.LeaseTable};{timelines}{again}", cancellationToken);
    }
}
