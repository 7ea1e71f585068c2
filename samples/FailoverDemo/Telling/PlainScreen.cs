using System.Globalization;

namespace FailoverDemo;

/// <summary>One line for each thing that happens: for pipes, files and CI.</summary>
internal sealed class PlainScreen : Screen
{
    public override void Say(string line) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,5:0.0} s  {line}"));

    public override Task WatchAsync(Workers workers, LeaseMonitor lease, Func<Task> story) => story();

    protected override void Show(Verdict verdict)
    {
        foreach (var handover in verdict.Handovers)
        {
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{handover.From} {handover.Fault}: {handover.Leaderless.TotalMilliseconds:0} ms without a leader ("
                + $"{handover.Bound.TotalMilliseconds:0} ms allowed): {(handover.IsInTime ? "in time" : "TOO LATE")}"));
        }

        Say($"Time with two leaders: {verdict.Overlap.TotalMilliseconds:0.###} ms");
        Say($"Fencing tokens: {(verdict.TokensRise ? "strictly rising" : "NOT RISING")}");
        Say(verdict.IsGood ? "All went well." : "A promise was broken.");
    }
}
