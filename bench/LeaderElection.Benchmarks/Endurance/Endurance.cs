using System.Diagnostics;
using LeaderElection.Postgres;
using LeaderElection.Lab;
using Npgsql;

namespace LeaderElection.Benchmarks;

/// <summary>
/// Whether anything grows: memory, threads, timers, handles, connections. Over many start/stop cycles, then over many
/// renewals. Compared are samples at work (first quarter beside last, warm-up left out) and at rest (before beside
/// after, when every elector and store is gone).
/// </summary>
internal sealed class Endurance : IAsyncDisposable
{
    private const string ApplicationName = "endurance";
    private const int Samples = 100;
    private const int LeastWarmUpCycles = 50;
    private const int WarmUpShare = 10;
    private const int SteadyConnections = 2;
    private static readonly TimeSpan UntilSessionsAreGone = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan UntilAtRest = TimeSpan.FromSeconds(30);

    private readonly TestDatabase _database;
    private readonly ResourceProbe _probe;
    private readonly EnduranceReport _report = new();

    private Endurance(TestDatabase database, ResourceProbe probe)
    {
        _database = database;
        _probe = probe;
    }

    public static async Task<Endurance> PrepareAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken);
        return new Endurance(
            database, await ResourceProbe.OpenAsync(database.ConnectionString, ApplicationName, cancellationToken));
    }

    /// <summary>Whether nothing grew.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was seen until then is printed.</exception>
    public async Task<bool> RunAsync(int cycles, TimeSpan duration, CancellationToken cancellationToken)
    {
        await WarmUpAsync(Math.Max(LeastWarmUpCycles, cycles / WarmUpShare), cancellationToken);
        var before = await _probe.TakeAsync(cancellationToken);
        EnduranceReport.TellProgress("at rest, before", before);

        await CycleAsync(cycles, cancellationToken);
        var between = await TakeAtRestAsync(before, cancellationToken);
        _report.CompareAtRest($"at rest, before and after {cycles} cycles", before, between);

        await RenewAsync(duration, cancellationToken);
        var after = await TakeAtRestAsync(before, cancellationToken);
        _report.CompareAtRest("at rest, before and after everything", before, after);
        _report.Conclude();
        return _report.IsSound;
    }

    public async ValueTask DisposeAsync()
    {
        await _probe.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task WarmUpAsync(int cycles, CancellationToken cancellationToken)
    {
        await using (var warmUp = new StartStopCycles(NewStore))
        {
            for (var cycle = 0; cycle < cycles; cycle++)
                await warmUp.RunOnceAsync(cycle, cancellationToken);
        }

        await using (var elections = await RenewingElections.StartAsync(NewStore(), cancellationToken))
        {
            for (var number = 0; number < RenewingElections.Elections; number++)
                await elections.HandOverNextAsync(cancellationToken);
        }

        Console.WriteLine($"warm-up: {cycles} cycles, {RenewingElections.Elections} hand-overs");
    }

    private async Task CycleAsync(int cycles, CancellationToken cancellationToken)
    {
        var samples = new List<ResourceSample>(Samples);
        await using var electors = new StartStopCycles(NewStore);
        try
        {
            for (var cycle = 1; cycle <= cycles; cycle++)
            {
                await electors.RunOnceAsync(cycle, cancellationToken);
                if (cycle * (long)Samples / cycles == (cycle - 1) * (long)Samples / cycles)
                    continue;
                samples.Add(await TakeAtWorkAsync(cancellationToken));
                if (samples.Count % 10 == 0)
                    EnduranceReport.TellProgress($"cycle {cycle}", samples[^1]);
            }
        }
        finally
        {
            _report.CompareAtWork(
                $"{electors.Led} start/stop cycles, every one of which led; {electors.StoresMade} with a new store, "
                + "the others on a shared one",
                samples);
        }
    }

    private async Task RenewAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var samples = new List<ResourceSample>(Samples);
        var began = Stopwatch.GetTimestamp();
        await using var elections = await RenewingElections.StartAsync(NewStore(), cancellationToken);
        try
        {
            for (var number = 1; number <= Samples; number++)
            {
                var left = number * duration / Samples - Stopwatch.GetElapsedTime(began);
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, cancellationToken);
                var sample = await TakeAtWorkAsync(cancellationToken);
                if (number > Samples / WarmUpShare)
                    samples.Add(sample);
                if (number % 10 == 0)
                    EnduranceReport.TellProgress($"renewal {elections.Renewals}", sample);
                await elections.HandOverNextAsync(cancellationToken);
            }
        }
        finally
        {
            _report.CompareAtWork(
                $"{elections.Renewals} renewals in {Stopwatch.GetElapsedTime(began):hh\\:mm\\:ss}, lease "
                + $"{RenewingElections.Lease.TotalSeconds} s, {RenewingElections.Elections} elections of "
                + $"{RenewingElections.ElectorsEach} electors on one store; {elections.Terms} terms, "
                + $"{elections.HandOvers} hand-overs asked for",
                samples);
        }
    }

    // The server ends a session a moment after its connection was closed.
    private Task<ResourceSample> TakeAtWorkAsync(CancellationToken cancellationToken) => _probe.TakeWhenAsync(
        sample => sample.Connections <= SteadyConnections, UntilSessionsAreGone, cancellationToken);

    // Threads of the pool retire after a while without work.
    private Task<ResourceSample> TakeAtRestAsync(ResourceSample before, CancellationToken cancellationToken) =>
        _probe.TakeWhenAsync(
            sample => Growth.AtRest(before, sample).All(growth => !growth.IsTooMuch), UntilAtRest, cancellationToken);

    private PostgresLeaseStore NewStore() => new(
        new NpgsqlConnectionStringBuilder(_database.ConnectionString) { ApplicationName = ApplicationName }
            .ConnectionString,
        new PostgresLeaseOptions { Schema = _database.Schema });
}
