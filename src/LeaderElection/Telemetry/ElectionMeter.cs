using System.Diagnostics.Metrics;

namespace LeaderElection;

/// <summary>The measurements of this library: meter <c>LeaderElection</c>.</summary>
internal static class ElectionMeter
{
    private const string ElectionTag = "leader_election.name";

    private static readonly Meter Meter = new("LeaderElection");

    private static readonly Counter<long> ClockJumps = Meter.CreateCounter<long>(
        "leader_election.store.clock_jumps", "{jump}",
        "Jumps of the store's clock that a leader noticed between two renewals.");

    public static void CountClockJump(string electionName) =>
        ClockJumps.Add(1, new KeyValuePair<string, object?>(ElectionTag, electionName));
}
