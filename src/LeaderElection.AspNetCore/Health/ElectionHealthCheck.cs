using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeaderElection.AspNetCore;

/// <summary>
/// Whether an instance does its part in an election, as leader or as standby. Degraded and not unhealthy while the
/// store is down: a restart would not bring it back, and would take every replica at once. The same for work that
/// failed.
/// </summary>
internal sealed class ElectionHealthCheck(IElector elector) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = elector.Status;
        var data = ElectionHealthData.Of(elector, status);
        return Task.FromResult(status switch
        {
            { IsOverdue: true } => new HealthCheckResult(
                context.Registration.FailureStatus,
                "The instance is past the deadline of its term and has not left it: its process is starved or stuck.",
                data: data),
            { IsTooSilent: true } => HealthCheckResult.Degraded(
                $"The store has given no usable answer for {status.Silence?.TotalSeconds:0} s.", data: data),
            { WorkFailure: { } failure } => HealthCheckResult.Degraded(
                $"The work of this instance failed ({failure.Message}); it stands aside{Until(failure)}.", data: data),
            { IsRunning: false } => HealthCheckResult.Degraded(
                "The elector does not run: this instance will not lead.", data: data),
            _ => HealthCheckResult.Healthy(
                status.IsLeader ? "This instance leads." : "This instance stands by.", data),
        });
    }

    private static string Until(WorkFailure failure) => failure.RetryIn is { } left
        ? $" for up to {Math.Ceiling(left.TotalSeconds)} s"
        : " until RunAsLeaderAsync is called again";
}
