using System.Diagnostics;

namespace FailoverDemo;

/// <summary>Three workers elect a leader; the leader is stopped, the next one killed, the next one frozen.</summary>
internal sealed class Story(Workers workers, LeaseMonitor lease, Screen screen)
{
    private static readonly TimeSpan CleanStopBound = TimeSpan.FromMilliseconds(500);

    // On top of the rest of the lease. The library's own share is 50 ms; the rest is for busy machines.
    private static readonly TimeSpan TakeoverMargin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);

    private readonly List<Handover> _handovers = [];

    public Verdict Verdict => new(_handovers, workers.Beliefs.Overlap, workers.Beliefs.TokensRise);

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        screen.Say("Three workers start, each a process of its own.");
        await workers.FillUpAsync(cancellationToken);
        var (leader, belief) = await workers.NextLeaderAsync(0, cancellationToken);
        screen.Say($"{leader.Name} leads: term {belief.Token}.");

        (leader, belief) = await StopCleanlyAsync(leader, belief, cancellationToken);
        (leader, belief) = await KillAsync(leader, belief, cancellationToken);
        await FreezeAndThawAsync(leader, belief, cancellationToken);
    }

    private async Task<(Worker Leader, Belief Belief)> StopCleanlyAsync(
        Worker leader, Belief belief, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        screen.Say($"{leader.Name} is stopped, as at a deploy.");
        var stopped = leader.StopAsync(cancellationToken);
        var (next, nextBelief) = await workers.NextLeaderAsync(belief.Token, cancellationToken);
        await stopped;

        var ledUntil = leader.Belief?.Until ?? belief.Until;
        Report(new Handover(
            "stopped", leader.Name, next.Name, nextBelief.Token,
            Stopwatch.GetElapsedTime(ledUntil, nextBelief.From), CleanStopBound));
        return (next, nextBelief);
    }

    private async Task<(Worker Leader, Belief Belief)> KillAsync(
        Worker leader, Belief belief, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        screen.Say($"{leader.Name} is killed with kill -9: its lease has to run out.");
        var killedAt = leader.Kill();
        return await TakeoverAsync("killed", leader, belief, killedAt, cancellationToken);
    }

    private async Task FreezeAndThawAsync(Worker leader, Belief belief, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        screen.Say($"{leader.Name} is frozen with SIGSTOP: it stands still, believing what it believed.");
        var frozenAt = leader.Freeze();
        await TakeoverAsync("frozen", leader, belief, frozenAt, cancellationToken);

        await Task.Delay(QuietTime, cancellationToken);
        leader.Thaw();
        screen.Say($"{leader.Name} is thawed past its lease: what does it believe now?");
        await Task.Delay(QuietTime, cancellationToken);
        screen.Say(leader.IsLeader
            ? $"{leader.Name} still believes that it leads."
            : $"{leader.Name} follows: its term ended while it stood still.");
    }

    private async Task<(Worker Leader, Belief Belief)> TakeoverAsync(
        string fault, Worker leader, Belief belief, long faultAt, CancellationToken cancellationToken)
    {
        var row = await lease.LastOfAsync(belief.Token, cancellationToken);
        var rest = row is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(faultAt, row.RunsOutAt);
        var (next, nextBelief) = await workers.NextLeaderAsync(belief.Token, cancellationToken);
        Report(new Handover(
            fault, leader.Name, next.Name, nextBelief.Token, Stopwatch.GetElapsedTime(faultAt, nextBelief.From),
            rest + TakeoverMargin));
        return (next, nextBelief);
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        await workers.FillUpAsync(cancellationToken);
        await Task.Delay(QuietTime, cancellationToken);
    }

    private void Report(Handover handover)
    {
        _handovers.Add(handover);
        screen.Say(handover.ToString());
    }
}
