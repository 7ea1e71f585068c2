using LeaderElection;
using LeaderElection.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of elections. None of them asks the store.</summary>
public static class LeaderElectionHealthChecksBuilderExtensions
{
    /// <summary>
    /// Tells whether this instance does its part in an election: healthy as leader and as standby; degraded when the
    /// store has given no usable answer for longer than a poll, while this instance stands aside because its work has
    /// failed, and when the elector was stopped; unhealthy only while this instance is past the deadline of its lease
    /// without having stepped down, because its process is starved or stuck. Fit for liveness and readiness.
    /// </summary>
    /// <param name="builder">The health checks of the app.</param>
    /// <param name="election">
    /// The name under which the election was added; the first one for null. An unknown one stops the host from starting
    /// with an <see cref="InvalidOperationException"/> that lists the known ones.
    /// </param>
    /// <param name="name">Of the check; <c>leader_election</c>, or <c>leader_election:{election}</c>, unless
    /// set.</param>
    /// <param name="failureStatus">Reported instead of unhealthy; unhealthy for null.</param>
    /// <param name="tags">To choose checks by.</param>
    public static IHealthChecksBuilder AddLeaderElection(
        this IHealthChecksBuilder builder, string? election = null, string? name = null,
        HealthStatus? failureStatus = null, IEnumerable<string>? tags = null) => Add(
            builder, name ?? NameOf("leader_election", election), election, failureStatus, tags,
            static elector => new ElectionHealthCheck(elector));

    /// <summary>
    /// Tells whether this instance leads: healthy on the leader, unhealthy everywhere else. For load balancers that
    /// send requests to the leader only; never for liveness, which would restart every standby.
    /// </summary>
    /// <param name="builder">The health checks of the app.</param>
    /// <param name="election">
    /// The name under which the election was added; the first one for null. An unknown one stops the host from starting
    /// with an <see cref="InvalidOperationException"/> that lists the known ones.
    /// </param>
    /// <param name="name">Of the check; <c>leadership</c>, or <c>leadership:{election}</c>, unless set.</param>
    /// <param name="failureStatus">Reported instead of unhealthy; unhealthy for null.</param>
    /// <param name="tags">To choose checks by.</param>
    public static IHealthChecksBuilder AddLeadership(
        this IHealthChecksBuilder builder, string? election = null, string? name = null,
        HealthStatus? failureStatus = null, IEnumerable<string>? tags = null) => Add(
            builder, name ?? NameOf("leadership", election), election, failureStatus, tags,
            static elector => new LeadershipHealthCheck(elector));

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder, string name, string? election, HealthStatus? failureStatus,
        IEnumerable<string>? tags, Func<IElector, IHealthCheck> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (election is not null)
            ArgumentException.ThrowIfNullOrWhiteSpace(election);

        // A check that cannot work is a mistake to hear of at the start, not from a probe.
        builder.Services.AddOptions<HealthCheckServiceOptions>()
            .Validate<IServiceProvider>((_, provider) => Elector(provider, election) is not null)
            .ValidateOnStart();
        return builder.Add(new HealthCheckRegistration(
            name, provider => create(Elector(provider, election)), failureStatus, tags));
    }

    private static IElector Elector(IServiceProvider provider, string? election) =>
        (provider.GetService<AppElections>() ?? throw new InvalidOperationException(
            "The app has no election. Add it with services.AddLeaderElection(…).")).GetElectorOfAnyKind(election);

    private static string NameOf(string check, string? election) =>
        election is null ? check : $"{check}:{election}";
}
