namespace LeaderElection;

/// <summary>The words of logs and metrics. They are a contract: dashboards are made of them.</summary>
internal static class Terminology
{
    public static string TextOf(Operation operation) => operation switch
    {
        Operation.Acquire => "acquire",
        Operation.Renew => "renew",
        Operation.Read => "read",
        Operation.Release => "release",
        _ => "delete",
    };

    public static string TextOf(Outcome outcome) => outcome switch
    {
        Outcome.Granted => "granted",
        Outcome.HeldByAnother => "held_by_another",
        Outcome.Lost => "lost",
        Outcome.Released => "released",
        Outcome.Deleted => "deleted",
        _ => "unknown",
    };

    public static string TextOf(LeadershipChangeReason reason) => reason switch
    {
        LeadershipChangeReason.LeaderChanged => "leader_changed",
        LeadershipChangeReason.Acquired => "acquired",
        LeadershipChangeReason.Released => "released",
        LeadershipChangeReason.Stopped => "stopped",
        LeadershipChangeReason.Expired => "expired",
        LeadershipChangeReason.Superseded => "superseded",
        _ => "none",
    };
}
