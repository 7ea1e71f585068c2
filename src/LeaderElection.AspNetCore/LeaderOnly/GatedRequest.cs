using Microsoft.AspNetCore.Http;

namespace LeaderElection.AspNetCore;

/// <summary>Asks the elections and serves the request, or answers as a follower. Costs the leader no
/// allocation.</summary>
internal sealed class GatedRequest(ILeaderElector[] electors, RequestDelegate serve, FollowerAnswer answer)
{
    public Task InvokeAsync(HttpContext context)
    {
        foreach (var elector in electors)
        {
            if (!elector.IsLeader)
                return answer.WriteAsync(context, electors);
        }

        return serve(context);
    }
}
