using Microsoft.AspNetCore.Mvc;

namespace LeaderElection.AspNetCore;

/// <summary>The follower's answer as the result of an action.</summary>
internal sealed class FollowerResult(FollowerAnswer answer, ILeaderElector[] required) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) => answer.WriteAsync(context.HttpContext, required);
}
