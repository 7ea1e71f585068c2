using System.Diagnostics;
using LeaderElection.Node;
using LeaderElection.Lab;

namespace LeaderElection.Benchmarks;

/// <summary>
/// How long three processes are without a leader when theirs goes, and whether two ever lead at once. A stop counts
/// from the last moment at which the leader led; the other ways count from the end of the lease as the row had it.
/// </summary>
internal static class FailoverBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A renewal that was under way when the leader died has reached the row by then.
    private static readonly TimeSpan UntilTheRowIsFinal = TimeSpan.FromMilliseconds(200);

    public static Task<bool> StopAsync(PostgresServer server, int rounds) =>
        RunAsync("clean stop, without a leader", NodeParty.StartAsync(server), rounds, async (party, leader) =>
        {
            var stopping = party.NodeOf(leader).StopAsync();
            var next = await party.LeaderAfterAsync(leader.Token);
            await stopping;
            var ended = party.NodeOf(leader).Belief!.Until;
            await party.RemoveAsync(leader);
            return TimeSpan.FromSeconds((next.From - ended) / (double)Stopwatch.Frequency);
        });

    public static Task<bool> KillAsync(PostgresServer server, int rounds) =>
        RunAsync("kill -9, from the lease's end", NodeParty.StartAsync(server), rounds, async (party, leader) =>
        {
            await party.NodeOf(leader).KillAsync();
            var late = await LatenessAsync(party, leader);
            await party.RemoveAsync(leader);
            return late;
        });

    public static Task<bool> FreezeAsync(PostgresServer server, int rounds) =>
        RunAsync("frozen, from the lease's end", NodeParty.StartAsync(server), rounds, async (party, leader) =>
        {
            var node = party.NodeOf(leader);
            node.Freeze();
            var late = await LatenessAsync(party, leader);
            node.Thaw();
            await node.WaitForAsync(message => message.Kind == NodeMessageKind.Lost, Patience);
            return late;
        });

    public static Task<bool> SwallowAsync(PostgresServer server, int rounds) =>
        RunAsync("packets swallowed, from its end", NodeParty.StartBehindRelaysAsync(server), rounds, SwallowOnceAsync);

    private static async Task<TimeSpan> SwallowOnceAsync(NodeParty party, BeliefStretch leader)
    {
        party.RelayOf(leader).Swallow();
        var late = await LatenessAsync(party, leader);
        await party.NodeOf(leader).WaitForAsync(message => message.Kind == NodeMessageKind.Lost, Patience);
        await party.RemoveAsync(leader);
        return late;
    }

    private static async Task<TimeSpan> LatenessAsync(NodeParty party, BeliefStretch leader)
    {
        await Task.Delay(UntilTheRowIsFinal);
        var row = await party.RowAsync();
        var next = await party.LeaderAfterAsync(leader.Token);
        return row.Token == leader.Token
            ? TimeSpan.FromSeconds((next.From - row.RunsOutAt) / (double)Stopwatch.Frequency)
            : throw new InvalidOperationException("The lease changed hands before it ran out.");
    }

    private static async Task<bool> RunAsync(
        string name, Task<NodeParty> start, int rounds, Func<NodeParty, BeliefStretch, Task<TimeSpan>> loseLeader)
    {
        await using var party = await start;
        var leaderless = new Figures();
        for (var round = 0; round < rounds; round++)
            leaderless.Add(await loseLeader(party, await party.FillAsync()));

        var overlap = party.History.Overlap;
        Console.WriteLine(
            $"{name,-36} {leaderless} ms; overlap {overlap.TotalMilliseconds:0.0} ms; "
            + $"tokens {(party.History.TokensRise ? "rise" : "FALL")}");
        return overlap == TimeSpan.Zero && party.History.TokensRise;
    }
}
