namespace LeaderElection.Kit;

/// <summary>Claims as tests make them, in one line.</summary>
public static class Claims
{
    public static LeaseClaim Of(string electionName, string instanceId, TimeSpan leaseDuration, int lockId = 1) => new()
    {
        ElectionName = electionName,
        InstanceId = instanceId,
        LeaseDuration = leaseDuration,
        LockId = lockId,
    };
}
