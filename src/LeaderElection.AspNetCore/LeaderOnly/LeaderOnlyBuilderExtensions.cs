using LeaderElection;
using LeaderElection.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what <c>[LeaderOnly]</c> and <c>RequireLeadership()</c> need.</summary>
public static class LeaderOnlyBuilderExtensions
{
    /// <summary>
    /// Lets endpoints be reserved for the leader, of this and every other election of the app, and status pages be
    /// mapped as <see cref="StatusPageBuilderExtensions.AddStatusPage"/> does. Adding it again only configures it
    /// further.
    /// </summary>
    /// <remarks>Refused options, and endpoints that name an election that the app does not have, stop the app from
    /// starting with <see cref="InvalidOperationException"/> or
    /// <see cref="Options.OptionsValidationException"/>.</remarks>
    /// <param name="builder">An election of the app.</param>
    /// <param name="configure">Sets options in code.</param>
    public static LeaderElectionBuilder AddLeaderOnlyEndpoints(
        this LeaderElectionBuilder builder, Action<LeaderOnlyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<LeaderOnlyOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        LeaderOnlyServices.Add(builder.Services);
        return builder.AddStatusPage();
    }
}
