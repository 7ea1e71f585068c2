using LeaderElection;
using LeaderElection.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what <c>MapLeaderElection()</c> needs.</summary>
public static class StatusPageBuilderExtensions
{
    /// <summary>
    /// Lets the app map status pages of all of its elections. <c>AddLeaderOnlyEndpoints()</c> does so, too; this is for
    /// apps that reserve no endpoints. Elections are only watched where a page is mapped. Adding it again does nothing.
    /// </summary>
    /// <param name="builder">An election of the app.</param>
    public static LeaderElectionBuilder AddStatusPage(this LeaderElectionBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        StatusPageServices.Add(builder.Services);
        return builder;
    }
}
