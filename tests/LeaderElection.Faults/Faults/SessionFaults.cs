using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Faults;

internal sealed class TerminateFault(string name, string which, string condition) : Fault(
    name, $"pg_terminate_backend of the {which} connections of a node; a leader should go on",
    "a lease + safety margin + one attempt + grace of a fenced transaction + 50 ms")
{
    public override bool LeaderGoesOn => true;

    public override FaultDraw Draw(Dice dice) => dice.On(dice.LeaderMostly(), dice.UntilRenewals());

    // As for a reset.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.Injection, times.WithoutAnswers);

    public override Task InjectAsync(Scene scene, CancellationToken cancellationToken) =>
        scene.Control.ExecuteAsync(
            $"""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = '{scene.Target.Name}' AND {condition}
            """,
            cancellationToken);
}

/// <summary>Every connection that the server has to give is taken.</summary>
internal sealed class ConnectionsFault() : Fault(
    "connections", "max_connections used up; with it, at times, the connections of a node end",
    "end of the lease as the row has it + a retry + 50 ms")
{
    private const int AtOnce = 8;

    public override FaultDraw Draw(Dice dice)
    {
        var endsSessions = dice.Coin();
        return dice.On(
            dice.LeaderMostly(), dice.MoreThanALease(), endsSessions ? "whose connections end" : "", endsSessions);
    }

    // The followers have theirs. A node whose own have ended finds no other.
    public override Bound BoundOf(ElectionTimes times, FaultDraw draw) =>
        new(BoundFrom.EndOfRow, times.Retry + ElectionTimes.Takeover);

    public override async Task InjectAsync(Scene scene, CancellationToken cancellationToken)
    {
        await TakeAllAsync(scene, cancellationToken);
        if (!scene.Draw.Variant)
            return;
        await scene.Control.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            + $"WHERE application_name LIKE '{scene.Target.Name}%'",
            cancellationToken);
        await TakeAllAsync(scene, cancellationToken);
    }

    private static async Task TakeAllAsync(Scene scene, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await Task.WhenAll(
                Enumerable.Range(0, AtOnce).Select(_ => TryOpenAsync(scene.Server, cancellationToken)));
            foreach (var taken in batch.OfType<NpgsqlConnection>())
                scene.Hold(taken);
            if (batch.Contains(null))
                return;
        }
    }

    private static async Task<NpgsqlConnection?> TryOpenAsync(
        PostgresServer server, CancellationToken cancellationToken)
    {
        try
        {
            return await server.OpenAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return null;
        }
    }
}
