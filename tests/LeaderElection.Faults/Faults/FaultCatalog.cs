using LeaderElection.Lab;

namespace LeaderElection.Faults;

/// <summary>Every kind of fault there is.</summary>
internal static class FaultCatalog
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new StopFault(),
        new ReleaseFault(),
        new KillFault(),
        new FreezeFault("freeze-short", "less", dice => dice.LessThanALease()),
        new FreezeFault("freeze-long", "more", dice => dice.MoreThanALease()),
        new RestartNodesFault(),
        new SwallowFault("swallow", "everything from and to", RelayDirections.Both),
        new SwallowFault("swallow-requests", "the requests", RelayDirections.ToServer),
        new SwallowFault("swallow-answers", "the answers", RelayDirections.ToClient),
        new HalfOpenFault(),
        new DelayFault(),
        new ResetFault(),
        new TerminateFault("terminate-commands", "command", "query NOT LIKE 'LISTEN%'"),
        new TerminateFault("terminate-listen", "LISTEN", "query LIKE 'LISTEN%'"),
        new ConnectionsFault(),
        new RestartServerFault(
            "restart-fast", "Postgres stopped in fast mode and started again",
            server => server.StopAsync(ShutdownMode.Fast)),
        new RestartServerFault(
            "restart-immediate", "Postgres stopped in immediate mode and started again",
            server => server.StopAsync(ShutdownMode.Immediate)),
        new RestartServerFault("kill-server", "kill -9 of Postgres, and started again", server => server.KillAsync()),
        new LockTableFault("lock-short", "less", dice => dice.LessThanALease()),
        new LockTableFault("lock-long", "more", dice => dice.MoreThanALease()),
        new ReadOnlyFault(),
        new DropTableFault(),
    ];

    public static string Names => string.Join(", ", All.Select(fault => fault.Name));

    /// <summary>Null when there is no such kind.</summary>
    public static Fault? Find(string name) => All.FirstOrDefault(fault => fault.Name == name);
}
