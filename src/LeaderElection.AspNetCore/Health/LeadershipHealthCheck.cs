using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeaderElection.AspNetCore;

/// <summary>Whether an instance leads now: for load balancers that send requests to the leader only.</summary>
internal sealed class LeadershipHealthCheck(IElector elector) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = elector.Status;
        var data = ElectionHealthData.Of(elector, status);
        return Task.FromResult(status.IsLeader
            ? HealthCheckResult.Healthy("This instance leads.", data)
            : new HealthCheckResult(context.Registration.FailureStatus, "This instance does not lead.", data: data));
    }
}
