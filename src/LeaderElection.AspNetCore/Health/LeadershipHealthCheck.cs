using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeaderElection.AspNetCore;

/// <summary>Whether an instance leads now: for load balancers that send requests to the leader only.</summary>
internal sealed class LeadershipHealthCheck(ILeaderElector elector) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var term = elector.Current;
        var data = ElectionHealthData.Of(elector, elector.Status, term);
        return Task.FromResult(term is null
            ? new HealthCheckResult(context.Registration.FailureStatus, "This instance does not lead.", data: data)
            : HealthCheckResult.Healthy("This instance leads.", data));
    }
}
