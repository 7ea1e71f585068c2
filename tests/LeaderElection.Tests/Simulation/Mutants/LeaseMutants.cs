using static LeaderElection.Tests.Simulation.Edit;

namespace LeaderElection.Tests.Simulation;

/// <summary>Bugs in what a store grants, renews and deletes, and in what is made of its clock.</summary>
internal static class LeaseMutants
{
    private const string Store = nameof(InMemoryLeaseStore);

    public static IEnumerable<Mutant> All =>
    [
        new("renewal without an owner check", Drop(Store, "RenewAsync", "|| row.FencingToken != fencingToken")),
        new(
            "renewal that takes over",
            Swap(
                Store, "RenewAsync", "Living(electionName) is not { } row || row.FencingToken != fencingToken",
                "!_rows.TryGetValue(electionName, out var row)"),
            Swap(Store, "RenewAsync", "ExpiresAt =", "FencingToken = fencingToken, ExpiresAt =")),
        new(
            "renewal of a lease that has run out",
            Swap(
                Store, "RenewAsync", "Living(electionName) is not { } row",
                "!_rows.TryGetValue(electionName, out var row)")),
        new("release without an owner check", Drop(Store, "ReleaseAsync", "|| row.FencingToken != fencingToken")),
        new(
            "token reused",
            Swap(Store, "AcquireAsync", "++_lastToken", "_rows.Count == 0 ? _lastToken = 1 : ++_lastToken")),
        new(
            "same InstanceId treated as me",
            Swap(
                Store, "InTheWayOf", "Remaining(row) > -tolerance",
                "Remaining(row) > -tolerance && row.InstanceId != claim.InstanceId")),
        new(
            "cleanup without grace",
            Swap(nameof(CleanupLoop), "CleanAsync", "ExpiredFor + tolerance", "TimeSpan.Zero")),
        new(
            "jumps of the store's clock are not tolerated",
            Swap(Store, "InTheWayOf", "isOutlived ? TimeSpan.Zero : claim.ClockJumpTolerance", "TimeSpan.Zero")),
        new("a lease is outlived by the store's clock", Drop(nameof(RivalLease), "Note", "clockWasSteady &&")),
    ];
}
