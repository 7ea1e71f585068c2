using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace LeaderElection.Faults;

/// <summary>Breaks things, one at a time, and writes down what happens.</summary>
internal sealed class FaultRun(RunSettings settings, Arena arena, HistoryWriter history, Action<string> say)
{
    // A renewal that was on its way when the fault set in has reached the row by then.
    private static readonly TimeSpan RowSettlesAfter = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(20);

    private readonly LogTable _log = new(arena.Control, history);
    private readonly Deck _deck = new(settings);
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Rounds that were finished.</summary>
    public int Rounds { get; private set; }

    public static HeaderLine HeaderOf(RunSettings settings, Arena arena) => new(
        HeaderLine.CurrentFormat, Stopwatch.GetTimestamp(), Stopwatch.Frequency, DateTimeOffset.UtcNow, settings.Seed,
        settings.Nodes, settings.Elector.ToString(), arena.Server.Description, settings.Times, ElectionTimes.Allowance,
        [.. settings.Faults.Select(fault => fault.Name)]);

    /// <summary>
    /// Ends the nodes and then takes over what they had written. False when the server did not let it: rows that were
    /// confirmed may be missing.
    /// </summary>
    public async Task<bool> EndAsync()
    {
        await arena.EndNodesAsync();
        using var limit = new CancellationTokenSource(LongestEnd);
        try
        {
            await _log.CopyNewRowsAsync(Rounds, limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            history.Write(new NoteLine(
                Stopwatch.GetTimestamp(), "runner", $"The last rows could not be read: {exception.Message}"));
            return false;
        }
    }

    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    /// <exception cref="InvalidOperationException">The run cannot go on; the message says why.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _log.CreateAsync(cancellationToken);
        await arena.StartNodesAsync(settings, history, cancellationToken);
        if (!await arena.BecomesSteadyAsync(cancellationToken))
            throw new InvalidOperationException("The nodes did not elect a leader before the first fault.");

        while (Rounds < settings.Rounds && (settings.Duration is not { } limit || Elapsed < limit))
        {
            var isSteady = await PlayAsync(Rounds + 1, cancellationToken);
            Rounds++;
            if (!isSteady)
                return;
        }
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    private async Task<bool> PlayAsync(int round, CancellationToken cancellationToken)
    {
        var (fault, draw, pause) = _deck.Next();
        await Task.Delay(pause, cancellationToken);
        await using var scene = new Scene(arena.Server, arena.Control, arena.Lanes, draw, TargetOf(draw));

        var injectedAt = Stopwatch.GetTimestamp();
        var target = draw.Target == TargetRole.Everything ? "" : scene.Target.Name;
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Elapsed.TotalSeconds,7:0.0} s  {round,4}  {fault.Name,-18} {target,-3} {draw.Detail}"));
        await fault.InjectAsync(scene, cancellationToken);
        await RestAsync(injectedAt, RowSettlesAfter, cancellationToken);
        var row = await arena.Control.TryReadLeaseAsync(cancellationToken);
        history.Write(new FaultLine(
            round, fault.Name, target, draw.Detail, injectedAt, fault.BoundOf(settings.Times, draw), row?.RunsOutAt)
        {
            LeaderGoesOn = fault.LeaderGoesOn,
        });

        await RestAsync(injectedAt, draw.Hold, cancellationToken);
        await fault.HealAsync(scene, cancellationToken);
        await scene.DisposeAsync();
        history.Write(new HealLine(round, Stopwatch.GetTimestamp()));

        var isSteady = await arena.BecomesSteadyAsync(cancellationToken);
        if (isSteady)
            await _log.CopyNewRowsAsync(round, cancellationToken);
        history.Write(new SteadyLine(round, Stopwatch.GetTimestamp(), isSteady));
        return isSteady;
    }

    private Lane TargetOf(FaultDraw draw)
    {
        // It may have lost its term in the pause, to noise; then the choice is no worse than another.
        var leader = arena.Leader ?? arena.Lanes[0];
        if (draw.Target != TargetRole.Follower)
            return leader;
        var followers = arena.Lanes.Where(lane => lane != leader).ToList();
        return followers[draw.Index % followers.Count];
    }

    private static async Task RestAsync(long since, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (duration - Stopwatch.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
            await Task.Delay(left, cancellationToken);
    }
}
