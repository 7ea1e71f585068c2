namespace LeaderElection.AspNetCore;

/// <summary>What both health checks tell besides their verdict.</summary>
internal static class ElectionHealthData
{
    /// <param name="elector">Whose data.</param>
    /// <param name="status">Its status, read once for verdict and data: the two must not contradict each other.</param>
    public static IReadOnlyDictionary<string, object> Of(IElector elector, ElectorStatus status)
    {
        var leader = elector.Leader;
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["election"] = elector.ElectionName,
            ["instance"] = elector.InstanceId,
            ["role"] = status.IsLeader ? "leader" : "follower",
        };
        if ((status.FencingToken ?? leader?.FencingToken) is { } token)
            data["token"] = token;
        if ((status.IsLeader ? elector.InstanceId : leader?.InstanceId) is { } leaderId)
            data["leader"] = leaderId;
        if (status.Remaining is { } remaining)
            data["lease_remaining_seconds"] = Math.Round(remaining.TotalSeconds, 3);
        if (status.LastFailure is { } failure)
            data["last_failure"] = $"{failure.At:O} {failure.Operation}: {failure.Message}";
        if (status.WorkFailure is { } work)
            data["work_failure"] = $"{work.At:O} {work.Message} ({work.InARow} in a row)";
        return data;
    }
}
