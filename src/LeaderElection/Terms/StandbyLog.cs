using Microsoft.Extensions.Logging;

namespace LeaderElection;

/// <summary>Says whom this instance stands by for: once for each leader, however often it is lost from sight. Used by
/// the loop alone.</summary>
internal sealed class StandbyLog(ILogger logger, string electionName, string instanceId)
{
    private readonly SaidOnce<long> _leader = new();

    public void Follows(LeaderInfo leader)
    {
        if (_leader.IsNews(leader.FencingToken))
            Log.StandsBy(logger, electionName, instanceId, leader.InstanceId, leader.FencingToken);
    }
}
