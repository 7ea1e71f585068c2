using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeaderElection.AspNetCore;

/// <summary>Whether an instance leads now: for load balancers that send requests to the leader only.</summary>
internal sealed class LeadershipHealthCheck(ILeaderElector elector) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = ElectionHealthData.Of(elector, elector.Status);
        return Task.FromResult(data["role"] is "leader"
            ? HealthCheckResult.Healthy("This instance leads.", data)
            : new HealthCheckResult(context.Registration.FailureStatus, "This instance does not lead.", data: data));
    }
}
